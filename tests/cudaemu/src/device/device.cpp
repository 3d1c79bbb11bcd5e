// The emulated device: its properties and attributes ("Device Management" of the Runtime API).
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "context.h"
#include "devices.h"
#include "errors.h"
#include "limits.h"
#include "settings.h"

using emu::remember;
using namespace emu::limits;

namespace {

constexpr char kName[] = "emulated CUDA device (no GPU)";

int major() {
  return emu::settings().compute_capability / 10;
}

int minor() {
  return emu::settings().compute_capability % 10;
}

unsigned attribute(cudaDeviceAttr which) {
  switch (which) {
    case cudaDevAttrMaxThreadsPerBlock: return kThreadsPerBlock;
    case cudaDevAttrMaxBlockDimX: return kBlockX;
    case cudaDevAttrMaxBlockDimY: return kBlockY;
    case cudaDevAttrMaxBlockDimZ: return kBlockZ;
    case cudaDevAttrMaxGridDimX: return kGridX;
    case cudaDevAttrMaxGridDimY: return kGridY;
    case cudaDevAttrMaxGridDimZ: return kGridZ;
    case cudaDevAttrMaxSharedMemoryPerBlock: return kSharedPerBlock;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: return kSharedPerBlockOptin;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor: return kSharedPerMultiprocessor;
    case cudaDevAttrTotalConstantMemory: return kConstantMemory;
    case cudaDevAttrWarpSize: return kWarpSize;
    case cudaDevAttrMaxRegistersPerBlock: return kRegistersPerBlock;
    case cudaDevAttrMaxRegistersPerMultiprocessor: return kRegistersPerBlock;
    case cudaDevAttrMultiProcessorCount: return kMultiprocessors;
    case cudaDevAttrMaxThreadsPerMultiProcessor: return kThreadsPerMultiprocessor;
    case cudaDevAttrMaxBlocksPerMultiprocessor: return kBlocksPerMultiprocessor;
    case cudaDevAttrComputeCapabilityMajor: return static_cast<unsigned>(major());
    case cudaDevAttrComputeCapabilityMinor: return static_cast<unsigned>(minor());
    case cudaDevAttrClockRate: return kClockRate;
    case cudaDevAttrMemoryClockRate: return kClockRate;
    case cudaDevAttrL2CacheSize: return kL2CacheSize;
    case cudaDevAttrGlobalMemoryBusWidth: return kMemoryBusWidth;
    case cudaDevAttrUnifiedAddressing: return 1;
    case cudaDevAttrConcurrentKernels: return 1;
    // Memory pools, managed memory, cooperative launches, textures and so on: not offered.
    default: return 0;
  }
}

}  // namespace

EMU_API cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

EMU_API cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

EMU_API cudaError_t cudaGetDeviceCount(int* n) {
  *n = emu::device_count();
  return cudaSuccess;
}

EMU_API cudaError_t cudaGetDevice(int* device) {
  *device = emu::device();
  return cudaSuccess;
}

EMU_API cudaError_t cudaSetDevice(int device) {
  emu::make_context_current();
  return remember(emu::set_device(device) ? cudaSuccess : cudaErrorInvalidDevice);
}

EMU_API cudaError_t cudaDeviceCanAccessPeer(int* can, int, int) {
  *can = 0;
  return cudaSuccess;
}

EMU_API cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr which, int device) {
  if (!emu::is_device(device)) return remember(cudaErrorInvalidDevice);
  *value = static_cast<int>(attribute(which));
  return cudaSuccess;
}

EMU_API cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (!emu::is_device(device)) return remember(cudaErrorInvalidDevice);
  cudaDeviceProp p = {};
  memcpy(p.name, kName, sizeof kName);
  char uuid[sizeof p.uuid.bytes + 1];
  snprintf(uuid, sizeof uuid, "cudaemu-cpu-%04d", emu::physical_device(device) + 1);
  memcpy(p.uuid.bytes, uuid, sizeof p.uuid.bytes);
  p.totalGlobalMem = emu::settings().memory;
  p.sharedMemPerBlock = kSharedPerBlock;
  p.sharedMemPerBlockOptin = kSharedPerBlockOptin;
  p.sharedMemPerMultiprocessor = kSharedPerMultiprocessor;
  p.regsPerBlock = kRegistersPerBlock;
  p.regsPerMultiprocessor = kRegistersPerBlock;
  p.warpSize = kWarpSize;
  p.maxThreadsPerBlock = kThreadsPerBlock;
  p.maxThreadsDim[0] = kBlockX;
  p.maxThreadsDim[1] = kBlockY;
  p.maxThreadsDim[2] = kBlockZ;
  p.maxGridSize[0] = kGridX;
  p.maxGridSize[1] = kGridY;
  p.maxGridSize[2] = kGridZ;
  p.totalConstMem = kConstantMemory;
  p.major = major();
  p.minor = minor();
  p.multiProcessorCount = kMultiprocessors;
  p.maxThreadsPerMultiProcessor = kThreadsPerMultiprocessor;
  p.maxBlocksPerMultiProcessor = kBlocksPerMultiprocessor;
  p.l2CacheSize = kL2CacheSize;
  p.memoryBusWidth = kMemoryBusWidth;
  p.concurrentKernels = 1;
  p.unifiedAddressing = 1;
  p.streamPrioritiesSupported = 1;
  *properties = p;
  return cudaSuccess;
}

EMU_API cudaError_t cudaDeviceGetPCIBusId(char* text, int size, int device) {
  if (!emu::is_device(device)) return remember(cudaErrorInvalidDevice);
  snprintf(text, static_cast<size_t>(size), "0000:%02x:00.0", emu::physical_device(device));
  return cudaSuccess;
}
