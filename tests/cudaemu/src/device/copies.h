// Copies and fills, with their pointers checked. All return a cudaError_t.
#pragma once
#include <cuda_runtime_api.h>

namespace emu {

enum class HostWaits { kYes, kNo };  // cudaMemcpy or cudaMemcpyAsync

int copy(void* to, const void* from, size_t n, cudaMemcpyKind kind, cudaStream_t stream,
         HostWaits waits);

int fill(void* to, int value, size_t n, cudaStream_t stream);

}  // namespace emu
