// The host compiler, its flags, and the directories it works with.
#pragma once

#include <string>

const std::string& include_directory();  // the device headers, beside the emulator's library
const std::string& cache_directory();    // $CUDAEMU_CACHE_DIR
const std::string& compiler_with_flags();
// Identifies whatever decides the machine code besides source and options: the compiler, its
// flags, the device headers and this library. Part of every cache key, CuPy's own included.
const std::string& toolchain_id();
std::string content_hash(const std::string& text);
