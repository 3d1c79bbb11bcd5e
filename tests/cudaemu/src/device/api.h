// What every file that implements functions of CUDA's needs.
#pragma once
#include <cuda_runtime_api.h>

// CuPy's modules find these functions by name.
#define EMU_API extern "C" __attribute__((visibility("default")))
