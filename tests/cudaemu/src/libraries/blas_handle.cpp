// Handles, modes, and how a call gets onto its stream ("cuBLAS Helper Function Reference").
#include "blas.h"

static int run(Handle* handle, const char* name, std::initializer_list<const void*> operands,
               const std::function<void()>& work) {
  if (!handle) return NOT_INITIALIZED;
  for (const void* operand : operands) {
    if (!operand || emu_device_ok(operand, 1)) continue;
    emu_complain("%s: operand %p is not a live device pointer", name, operand);
    return INVALID_VALUE;
  }
  // cuBLAS would allocate its workspace in the graph ("Using the cuBLAS API", "CUDA Graphs
  // Support"). Here it is an error, so that a workspace forgotten by the caller shows.
  if (!handle->own_workspace && emu_is_capturing(handle->stream)) {
    emu_complain("%s: the stream is capturing and the handle has no workspace of the caller's; call "
                 "cublasSetWorkspace after cublasSetStream", name);
    return EXECUTION_FAILED;
  }
  const int error = emu_submit(handle->stream, C_LIB_CALL_BLAS, name, [work] {
    work();
    return 0;
  });
  return error ? EXECUTION_FAILED : SUCCESS;
}

int run_blas(Handle* handle, const char* name, std::initializer_list<const void*> operands,
             std::function<void()> work) {
  return run(handle, name, operands, work);
}

int run_blas_result(Handle* handle, const char* name, std::initializer_list<const void*> operands,
                    std::function<void()> work) {
  if (handle && !handle->pointer_mode) count(C_SYNC_MEMCPY);
  return run(handle, name, operands, work);
}

API int cublasCreate_v2(Handle** handle) {
  *handle = new Handle;
  return SUCCESS;
}

API int cublasDestroy_v2(Handle* handle) {
  delete handle;
  return SUCCESS;
}

API int cublasGetVersion_v2(Handle*, int* version) {
  *version = 130000;
  return SUCCESS;
}

API int cublasSetStream_v2(Handle* handle, void* stream) {
  handle->stream = stream;
  handle->own_workspace = false;  // "resets the cuBLAS library workspace to the default"
  return SUCCESS;
}

API int cublasSetWorkspace_v2(Handle* handle, void* workspace, size_t size) {
  if (!handle) return NOT_INITIALIZED;
  if (workspace ? !emu_device_ok(workspace, size) : size != 0) {
    emu_complain("cublasSetWorkspace: %p is no live device memory of %zu bytes", workspace, size);
    return INVALID_VALUE;
  }
  handle->own_workspace = workspace != nullptr;
  return SUCCESS;
}

API int cublasGetStream_v2(Handle* handle, void** stream) {
  *stream = handle->stream;
  return SUCCESS;
}

API int cublasSetPointerMode_v2(Handle* handle, int mode) {
  handle->pointer_mode = mode;
  return SUCCESS;
}

API int cublasGetPointerMode_v2(Handle* handle, int* mode) {
  *mode = handle->pointer_mode;
  return SUCCESS;
}

API int cublasSetMathMode(Handle* handle, int mode) {
  handle->math_mode = mode;
  return SUCCESS;
}

API int cublasGetMathMode(Handle* handle, int* mode) {
  *mode = handle->math_mode;
  return SUCCESS;
}
