// Launching a kernel.
#pragma once
#include <cuda_runtime_api.h>
#include <stddef.h>

#include "modules.h"

namespace emu {

struct LaunchShape {
  emu_vec3 grid;
  emu_vec3 block;
  unsigned dynamic_shared;  // bytes
};

// Returns a cudaError_t. What goes wrong inside the kernel is returned here as well, where CUDA
// would report it at a later call ("Error Handling" of the Runtime API): stricter, and it names
// the kernel.
int launch(Function* function, const LaunchShape& shape, cudaStream_t stream, void** params);

}  // namespace emu
