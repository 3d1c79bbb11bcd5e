// Handles, modes, and how a call gets onto its stream ("cuBLAS Helper Function Reference").
#include <driver_types.h>
#include <stdint.h>

#include <vector>

#include "blas.h"

static bool is_live(const char* name, const char* role, const void* p) {
  if (emu_device_ok(p, 1)) return true;
  emu_complain("%s: %s %p is not a live device pointer", name, role, p);
  return false;
}

// cuBLAS would make room for itself in the graph ("CUDA Graphs Support"). Refused here, so that a
// workspace which the caller forgot is noticed.
static bool may_run(const Handle& handle, const char* name) {
  if (handle.own_workspace || !emu_invalidate_capture(handle.stream)) return true;
  emu_complain(
      "%s: the stream captures and the handle has no workspace of its own; call "
      "cublasSetWorkspace after cublasSetStream, which takes it away",
      name);
  return false;
}

static int run(Handle* handle, const char* name, const std::vector<const void*>& operands,
               const std::function<void()>& work) {
  if (!handle) return NOT_INITIALIZED;
  const auto all_live = [=, workspace = handle->workspace] {
    for (const void* operand : operands)
      if (!is_live(name, "operand", operand)) return false;
    return is_live(name, "the workspace", workspace);
  };
  if (!all_live()) return INVALID_VALUE;
  if (!may_run(*handle, name)) return EXECUTION_FAILED;
  const int error = emu_submit(handle->stream, C_LIB_CALL_BLAS, name, [=]() -> int {
    if (!all_live()) return cudaErrorIllegalAddress;  // freed before the launch of a graph
    work();
    return cudaSuccess;
  });
  return error ? EXECUTION_FAILED : SUCCESS;
}

int run_blas(Handle* handle, const char* name, std::initializer_list<const void*> operands,
             std::function<void()> work) {
  return run(handle, name, operands, work);
}

int run_blas_result(Handle* handle, const char* name, std::initializer_list<const void*> operands,
                    std::function<void()> work) {
  if (handle && !handle->pointer_mode) {
    // "The exception are routines that output results into host buffers" ("CUDA Graphs Support").
    if (emu_invalidate_capture(handle->stream)) return EXECUTION_FAILED;
    count(C_SYNC_MEMCPY);
  }
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

// "Unconditionally resets the cuBLAS library workspace back to the default workspace pool"
// (cublasSetWorkspace).
API int cublasSetStream_v2(Handle* handle, void* stream) {
  handle->stream = stream;
  handle->own_workspace = false;
  handle->workspace = nullptr;
  return SUCCESS;
}

// "The workspace pointer has to be aligned to at least 256 bytes". A size of 0 is a choice too: it
// "will prevent the cuBLAS library from utilizing the default workspace".
API int cublasSetWorkspace_v2(Handle* handle, void* workspace, size_t size) {
  if (!handle) return NOT_INITIALIZED;
  const bool aligned = reinterpret_cast<uintptr_t>(workspace) % 256 == 0;
  const bool fits =
      workspace ? emu_is_device_ptr(workspace) && emu_device_ok(workspace, size) : size == 0;
  if (!aligned || !fits) {
    emu_complain(
        "cublasSetWorkspace: %p is not %zu bytes of live device memory at a multiple of 256",
        workspace, size);
    return INVALID_VALUE;
  }
  handle->own_workspace = true;
  handle->workspace = workspace;
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
