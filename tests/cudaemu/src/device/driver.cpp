// The functions of the CUDA driver about modules, functions and launches ("Module Management",
// "Execution Control", "Occupancy" of the Driver API). Driver and runtime share the numbers of
// the errors that come up here.
#include <cuda.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "api.h"
#include "capture.h"
#include "launch.h"
#include "limits.h"

using namespace emu::limits;

namespace {

CUresult result(int error) {
  return static_cast<CUresult>(error);
}

emu::Module* unwrap(CUmodule module) {
  return reinterpret_cast<emu::Module*>(module);
}

emu::Function* unwrap(CUfunction function) {
  return reinterpret_cast<emu::Function*>(function);
}

}  // namespace

// Loading and unloading are "potentially unsafe" beside a capture: neither is queued in a stream
// (cuThreadExchangeStreamCaptureMode).
EMU_API CUresult cuModuleLoadData(CUmodule* out, const void* image) {
  if (const int error = emu::capture::check_unsafe_call()) return result(error);
  return result(emu::load_module(image, reinterpret_cast<emu::Module**>(out)));
}

EMU_API CUresult cuModuleLoad(CUmodule* out, const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return CUDA_ERROR_FILE_NOT_FOUND;
  std::string image{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  image.append(16, '\0');  // so that the header of a short file can be read
  return cuModuleLoadData(out, image.data());
}

EMU_API CUresult cuModuleUnload(CUmodule module) {
  if (const int error = emu::capture::check_unsafe_call()) return result(error);
  return result(emu::unload_module(unwrap(module)));
}

EMU_API CUresult cuModuleGetFunction(CUfunction* out, CUmodule module, const char* name) {
  return result(emu::function_of(unwrap(module), name, reinterpret_cast<emu::Function**>(out)));
}

EMU_API CUresult cuModuleGetGlobal(CUdeviceptr* p, size_t* size, CUmodule module,
                                   const char* name) {
  const emu_desc* variable = nullptr;
  if (const int error = emu::variable_of(unwrap(module), name, &variable)) return result(error);
  if (p) *p = reinterpret_cast<CUdeviceptr>(variable->addr);
  if (size) *size = variable->varsize;
  return CUDA_SUCCESS;
}

EMU_API CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y,
                                unsigned grid_z, unsigned block_x, unsigned block_y,
                                unsigned block_z, unsigned dynamic_shared, CUstream stream,
                                void** params, void** extra) {
  // Arguments as one buffer (`extra`) are the way of older programs; CuPy passes an array.
  if (extra) return CUDA_ERROR_NOT_SUPPORTED;
  const emu::LaunchShape shape = {
      {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, dynamic_shared};
  return result(emu::launch(unwrap(function), shape, stream, params));
}

EMU_API CUresult cuFuncGetAttribute(int* value, CUfunction_attribute attribute,
                                    CUfunction function) {
  switch (attribute) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *value = kThreadsPerBlock; break;
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
      *value = static_cast<int>(unwrap(function)->max_dynamic_shared);
      break;
    // What a compiler for GPUs would say (registers, local memory, ...) is not known here.
    default: *value = 0;
  }
  return CUDA_SUCCESS;
}

EMU_API CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute,
                                    int value) {
  // "To use dynamic allocations above 48 KB the kernel must opt in" (Programming Guide, "Shared
  // Memory" of the compute capabilities). Other attributes are hints.
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES) return CUDA_SUCCESS;
  if (value < 0 || value > static_cast<int>(kSharedPerBlockOptin)) return CUDA_ERROR_INVALID_VALUE;
  unwrap(function)->max_dynamic_shared = static_cast<unsigned>(value);
  return CUDA_SUCCESS;
}

EMU_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction,
                                                             int block_size, size_t shared) {
  if (block_size <= 0 || block_size > static_cast<int>(kThreadsPerBlock)) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  const unsigned warps = (static_cast<unsigned>(block_size) + kWarpSize - 1) / kWarpSize;
  const unsigned by_threads = kThreadsPerMultiprocessor / (warps * kWarpSize);
  const unsigned by_shared =
      shared ? static_cast<unsigned>(kSharedPerMultiprocessor / shared) : kBlocksPerMultiprocessor;
  *blocks = static_cast<int>(std::min({by_threads, by_shared, kBlocksPerMultiprocessor}));
  return CUDA_SUCCESS;
}

EMU_API CUresult cuOccupancyMaxPotentialBlockSize(int* min_grid, int* block_size, CUfunction,
                                                  CUoccupancyB2DSize, size_t, int limit) {
  const int largest = static_cast<int>(kThreadsPerBlock);
  *block_size = limit > 0 ? std::min(limit, largest) : largest;
  *min_grid = static_cast<int>(kMultiprocessors * (kThreadsPerMultiprocessor / kThreadsPerBlock));
  return CUDA_SUCCESS;
}
