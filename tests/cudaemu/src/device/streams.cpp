#include "streams.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "api.h"
#include "capture.h"
#include "context.h"
#include "devices.h"
#include "emu_internal.h"
#include "errors.h"

namespace emu {
namespace {

constexpr int kGreatestPriority = -5;  // as on the GPUs of compute capability 7.0 and later
constexpr int kLeastPriority = 0;

struct Stream {
  unsigned flags;
  int priority;
  int device;
};

std::mutex mutex;
std::map<cudaStream_t, Stream> streams;

// The null stream under its two names, and the one every thread has for itself ("Stream
// synchronization behavior" of the Runtime API).
bool always_exists(cudaStream_t stream) {
  return is_legacy(stream) || stream == cudaStreamPerThread;
}

// The mutex is held. False: no such stream.
bool find(cudaStream_t stream, Stream* found) {
  *found = {0, 0, device()};
  if (always_exists(stream)) return true;
  const auto it = streams.find(stream);
  if (it == streams.end()) return false;
  *found = it->second;
  return true;
}

}  // namespace

bool is_live(cudaStream_t stream) {
  std::lock_guard<std::mutex> lock(mutex);
  Stream ignored;
  return find(stream, &ignored);
}

bool is_legacy(cudaStream_t stream) {
  return !stream || stream == cudaStreamLegacy;
}

bool is_non_blocking(cudaStream_t stream) {
  std::lock_guard<std::mutex> lock(mutex);
  Stream found;
  return find(stream, &found) && (found.flags & cudaStreamNonBlocking);
}

int device_of(cudaStream_t stream) {
  std::lock_guard<std::mutex> lock(mutex);
  Stream found;
  find(stream, &found);
  return found.device;
}

int submit(cudaStream_t stream, const Work& work) {
  if (!is_live(stream)) {
    emu_complain("%s: %p is no live stream", work.label.c_str(), static_cast<void*>(stream));
    return cudaErrorInvalidResourceHandle;
  }
  if (const auto recorded = capture::record(stream, work)) return *recorded;
  if (const int error = capture::check_use(stream)) return error;
  count(work.counter);
  if (work.bytes_counter != C_COUNT) count(work.bytes_counter, work.bytes);
  return run(work);
}

}  // namespace emu

int emu_submit(void* stream, int counter, const std::string& label, std::function<int()> work) {
  return emu::submit(static_cast<cudaStream_t>(stream), {counter, label, std::move(work)});
}

bool emu_invalidate_capture(void* stream) {
  return emu::capture::invalidate(static_cast<cudaStream_t>(stream));
}

using emu::remember;

EMU_API cudaError_t cudaStreamCreateWithPriority(cudaStream_t* out, unsigned flags, int priority) {
  std::lock_guard<std::mutex> lock(emu::mutex);
  // "Priorities outside the numerical range are clamped" (cudaStreamCreateWithPriority).
  const int allowed = std::clamp(priority, emu::kGreatestPriority, emu::kLeastPriority);
  *out = reinterpret_cast<cudaStream_t>(new char);  // an address nobody else has
  emu::streams[*out] = {flags, allowed, emu::device()};
  return cudaSuccess;
}

EMU_API cudaError_t cudaStreamCreateWithFlags(cudaStream_t* out, unsigned flags) {
  return cudaStreamCreateWithPriority(out, flags, emu::kLeastPriority);
}

EMU_API cudaError_t cudaStreamCreate(cudaStream_t* out) {
  return cudaStreamCreateWithFlags(out, cudaStreamDefault);
}

EMU_API cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  {
    std::lock_guard<std::mutex> lock(emu::mutex);
    if (emu::streams.erase(stream) == 0) return remember(cudaErrorInvalidResourceHandle);
  }
  emu::capture::forget(stream);
  delete reinterpret_cast<char*>(stream);
  return cudaSuccess;
}

EMU_API cudaError_t cudaStreamGetFlags(cudaStream_t stream, unsigned* flags) {
  std::lock_guard<std::mutex> lock(emu::mutex);
  emu::Stream found;
  if (!emu::find(stream, &found)) return remember(cudaErrorInvalidResourceHandle);
  *flags = found.flags;
  return cudaSuccess;
}

EMU_API cudaError_t cudaStreamGetPriority(cudaStream_t stream, int* priority) {
  std::lock_guard<std::mutex> lock(emu::mutex);
  emu::Stream found;
  if (!emu::find(stream, &found)) return remember(cudaErrorInvalidResourceHandle);
  *priority = found.priority;
  return cudaSuccess;
}

EMU_API cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  if (const int error = emu::capture::check_stream_wait(stream)) return remember(error);
  count(C_SYNC_STREAM);
  return cudaSuccess;
}

EMU_API cudaError_t cudaDeviceSynchronize() {
  emu::make_context_current();
  if (const int error = emu::capture::check_device_wait()) return remember(error);
  count(C_SYNC_DEVICE);
  return cudaSuccess;
}

EMU_API cudaError_t cudaStreamQuery(cudaStream_t stream) {
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  return remember(emu::capture::check_stream_wait(stream));
}

// "This function is not supported with cuStreamBeginCapture and cuStreamEndCapture, unlike
// cuLaunchHostFunc" (Driver API, cuStreamAddCallback).
EMU_API cudaError_t cudaStreamAddCallback(cudaStream_t stream, cudaStreamCallback_t callback,
                                          void* data, unsigned /*flags*/) {
  if (emu::capture::invalidate(stream)) return remember(cudaErrorStreamCaptureUnsupported);
  return remember(emu_submit(stream, C_HOST_FUNC, "a callback", [=] {
    callback(stream, cudaSuccess, data);
    return 0;
  }));
}

EMU_API cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  return remember(emu_submit(stream, C_HOST_FUNC, "a host function", [=] {
    function(data);
    return 0;
  }));
}
