// Compile options as NVRTC takes them ("Supported Compile Options" in the NVRTC manual).
#pragma once

#include <string>

struct Options {
  std::string standard = "-std=c++17";
  std::string macros;        // -D and -U, ready for the shell
  std::string macro_lines;   // the same as #define and #undef
  std::string include_dirs;  // -I
  std::string pre_includes;  // -include
  bool ptx_only = false;     // -arch=compute_XX: there is no cubin, only PTX
};

// False, with the message in `log`, for an option that NVRTC refuses.
bool parse_options(int count, const char* const* given, Options* options, std::string* log);
