#include "errors.h"

#include <cuda.h>

#include "api.h"

namespace emu {
namespace {

thread_local int last_error = cudaSuccess;

// The runtime's and the driver's numbers coincide for all that the emulator returns; the names
// differ, the texts do not.
struct Error {
  int code;
  const char* runtime_name;
  const char* driver_name;
  const char* text;
};

#define EMU_ERROR(runtime, driver, text) {runtime, #runtime, #driver, text}

const Error errors[] = {
    EMU_ERROR(cudaSuccess, CUDA_SUCCESS, "no error"),
    EMU_ERROR(cudaErrorInvalidValue, CUDA_ERROR_INVALID_VALUE, "invalid argument"),
    EMU_ERROR(cudaErrorMemoryAllocation, CUDA_ERROR_OUT_OF_MEMORY, "out of memory"),
    EMU_ERROR(cudaErrorInvalidMemcpyDirection, CUDA_ERROR_UNKNOWN,
              "invalid copy direction for memcpy"),
    EMU_ERROR(cudaErrorInvalidDevice, CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal"),
    EMU_ERROR(cudaErrorInvalidKernelImage, CUDA_ERROR_INVALID_IMAGE,
              "device kernel image is invalid"),
    EMU_ERROR(cudaErrorFileNotFound, CUDA_ERROR_FILE_NOT_FOUND, "file not found"),
    EMU_ERROR(cudaErrorInvalidResourceHandle, CUDA_ERROR_INVALID_HANDLE, "invalid resource handle"),
    EMU_ERROR(cudaErrorIllegalState, CUDA_ERROR_ILLEGAL_STATE,
              "the operation cannot be performed in the present state"),
    EMU_ERROR(cudaErrorSymbolNotFound, CUDA_ERROR_NOT_FOUND, "named symbol not found"),
    EMU_ERROR(cudaErrorIllegalAddress, CUDA_ERROR_ILLEGAL_ADDRESS,
              "an illegal memory access was encountered"),
    EMU_ERROR(cudaErrorLaunchTimeout, CUDA_ERROR_LAUNCH_TIMEOUT,
              "the launch timed out and was terminated"),
    EMU_ERROR(cudaErrorAssert, CUDA_ERROR_ASSERT, "device-side assert triggered"),
    EMU_ERROR(cudaErrorIllegalInstruction, CUDA_ERROR_ILLEGAL_INSTRUCTION,
              "an illegal instruction was encountered"),
    EMU_ERROR(cudaErrorLaunchFailure, CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure"),
    EMU_ERROR(cudaErrorNotSupported, CUDA_ERROR_NOT_SUPPORTED, "operation not supported"),
    EMU_ERROR(cudaErrorStreamCaptureUnsupported, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
              "operation not permitted when stream is capturing"),
    EMU_ERROR(cudaErrorStreamCaptureInvalidated, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
              "operation failed due to a previous error during capture"),
    EMU_ERROR(cudaErrorStreamCaptureMerge, CUDA_ERROR_STREAM_CAPTURE_MERGE,
              "operation would result in a merge of separate capture sequences"),
    EMU_ERROR(cudaErrorStreamCaptureUnmatched, CUDA_ERROR_STREAM_CAPTURE_UNMATCHED,
              "capture was not ended in the same stream as it began"),
    EMU_ERROR(cudaErrorStreamCaptureUnjoined, CUDA_ERROR_STREAM_CAPTURE_UNJOINED,
              "capturing stream has unjoined work"),
    EMU_ERROR(cudaErrorStreamCaptureIsolation, CUDA_ERROR_STREAM_CAPTURE_ISOLATION,
              "dependency created on uncaptured work in another stream"),
    EMU_ERROR(cudaErrorStreamCaptureImplicit, CUDA_ERROR_STREAM_CAPTURE_IMPLICIT,
              "operation would make the legacy stream depend on a capturing blocking stream"),
    EMU_ERROR(cudaErrorCapturedEvent, CUDA_ERROR_CAPTURED_EVENT,
              "operation not permitted on an event last recorded in a capturing stream"),
    EMU_ERROR(cudaErrorStreamCaptureWrongThread, CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD,
              "attempt to terminate a thread-local capture sequence from another thread"),
};

const Error& find(int code) {
  static const Error unknown = {cudaErrorUnknown, "cudaErrorUnknown", "CUDA_ERROR_UNKNOWN",
                                "unknown error"};
  for (const Error& error : errors) {
    if (error.code == code) return error;
  }
  return unknown;
}

}  // namespace

cudaError_t remember(int error) {
  if (error != cudaSuccess) last_error = error;
  return static_cast<cudaError_t>(error);
}

}  // namespace emu

EMU_API const char* cudaGetErrorName(cudaError_t error) {
  return emu::find(error).runtime_name;
}

EMU_API const char* cudaGetErrorString(cudaError_t error) {
  return emu::find(error).text;
}

EMU_API CUresult cuGetErrorName(CUresult error, const char** name) {
  *name = emu::find(error).driver_name;
  return CUDA_SUCCESS;
}

EMU_API CUresult cuGetErrorString(CUresult error, const char** text) {
  *text = emu::find(error).text;
  return CUDA_SUCCESS;
}

EMU_API cudaError_t cudaGetLastError() {
  const int error = emu::last_error;
  emu::last_error = cudaSuccess;
  return static_cast<cudaError_t>(error);
}
