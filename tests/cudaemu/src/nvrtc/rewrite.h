// The two places where device code means something that host C++ cannot say.
#pragma once

#include <string>

std::string rewrite_for_host(const std::string& source);
