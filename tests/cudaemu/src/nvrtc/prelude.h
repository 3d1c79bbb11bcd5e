// The device headers, precompiled: a kernel then compiles about three times faster.
#pragma once

#include <string>

#include "options.h"

// The header to include first in a kernel's source, with its precompiled form beside it.
std::string precompiled_prelude(const Options& options, bool with_cupy_headers);
std::string plain_prelude();
