// The functions of the CUDA runtime about memory ("Memory Management", "Unified Addressing").
#include "api.h"
#include "capture.h"
#include "context.h"
#include "errors.h"
#include "memory.h"
#include "settings.h"

using emu::MemoryKind;
using emu::remember;
using emu::capture::check_unsafe_call;

EMU_API cudaError_t cudaMalloc(void** out, size_t size) {
  emu::make_context_current();
  if (const int error = check_unsafe_call()) return remember(error);
  return remember(emu::allocate(out, size, MemoryKind::kDevice));
}

EMU_API cudaError_t cudaFree(void* p) {
  emu::make_context_current();
  if (const int error = check_unsafe_call()) return remember(error);
  return remember(emu::release(p, MemoryKind::kDevice));
}

EMU_API cudaError_t cudaHostAlloc(void** out, size_t size, unsigned /*flags*/) {
  if (const int error = check_unsafe_call()) return remember(error);
  return remember(emu::allocate(out, size, MemoryKind::kPinnedHost));
}

EMU_API cudaError_t cudaFreeHost(void* p) {
  if (const int error = check_unsafe_call()) return remember(error);
  return remember(emu::release(p, MemoryKind::kPinnedHost));
}

EMU_API cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  emu::make_context_current();
  const size_t used = emu::allocations::device_bytes();
  *total = emu::settings().memory;
  // The setting may have been lowered below what is in use already.
  *free = used < *total ? *total - used : 0;
  return cudaSuccess;
}

EMU_API cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* p) {
  const auto found = emu::allocations::containing(p);
  void* pointer = const_cast<void*>(p);
  *attributes = {};
  if (!found) {
    attributes->type = cudaMemoryTypeUnregistered;
    attributes->device = cudaInvalidDeviceId;
    attributes->hostPointer = pointer;
    return cudaSuccess;
  }
  const bool on_device = found->kind == MemoryKind::kDevice;
  attributes->type = on_device ? cudaMemoryTypeDevice : cudaMemoryTypeHost;
  attributes->device = found->device;
  attributes->devicePointer = pointer;
  attributes->hostPointer = on_device ? nullptr : pointer;
  return cudaSuccess;
}
