// From a CUDA source to a C++ source with the table of what the host may ask for.
#pragma once

#include <string>

#include "options.h"
#include "program.h"

// `compile_flags`: what the compiler gets before the source, for the preprocessor's run.
std::string translation_unit(const Program& program, const std::string& compile_flags,
                             const std::string& work_directory);
