// What a CUDA source offers to the host: its kernels and its global variables.
#pragma once

#include <string>
#include <vector>

struct GlobalNames {
  std::vector<std::string> kernels;    // with C linkage, not templates
  std::vector<std::string> variables;  // __device__, __constant__, __managed__ at global scope
};

GlobalNames find_global_names(const std::string& source);

// Whether the preprocessor decides what the source declares, so that it must run first.
bool needs_preprocessing(const std::string& source);
