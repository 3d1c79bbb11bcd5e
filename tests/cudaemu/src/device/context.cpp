#include "context.h"

#include <cuda.h>

#include "api.h"
#include "devices.h"

namespace emu {
namespace {

int primary_context;  // only its address counts
thread_local CUcontext current = nullptr;

}  // namespace

void make_context_current() {
  if (!current) current = reinterpret_cast<CUcontext>(&primary_context);
}

}  // namespace emu

EMU_API CUresult cuInit(unsigned) {
  return CUDA_SUCCESS;
}

EMU_API CUresult cuDriverGetVersion(int* version) {
  *version = CUDA_VERSION;
  return CUDA_SUCCESS;
}

EMU_API CUresult cuCtxGetCurrent(CUcontext* context) {
  *context = emu::current;
  return CUDA_SUCCESS;
}

EMU_API CUresult cuCtxSetCurrent(CUcontext context) {
  emu::current = context;
  return CUDA_SUCCESS;
}

EMU_API CUresult cuCtxGetDevice(CUdevice* device) {
  *device = emu::device();
  return CUDA_SUCCESS;
}

EMU_API CUresult cuDevicePrimaryCtxRelease(CUdevice) {
  return CUDA_SUCCESS;
}

EMU_API CUresult cuStreamGetCtx(CUstream, CUcontext* context) {
  *context = emu::current;
  return CUDA_SUCCESS;
}
