// Allocation and release of device memory and of pinned host memory.
#pragma once
#include "allocations.h"

namespace emu {

// Both return a cudaError_t.
int allocate(void** out, size_t size, MemoryKind kind);
int release(void* p, MemoryKind kind);

}  // namespace emu
