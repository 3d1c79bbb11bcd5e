// What may not be done beside a capture ("Prohibited and Unhandled Operations" of the Programming
// Guide).
#include "capture_state.h"
#include "streams.h"

namespace emu::capture {

using Lock = std::lock_guard<std::mutex>;

int refuse(const CapturePoint& point, int error) {
  point.capture->invalidated = true;
  return error;
}

bool blocks_legacy(cudaStream_t stream) {
  return !is_non_blocking(stream);
}

bool invalidate(cudaStream_t stream) {
  const Lock lock(mutex);
  return refuse_all([=](cudaStream_t other, const Capture&) { return other == stream; });
}

// The modes of captures, for a thread in the default mode; cudaThreadExchangeStreamCaptureMode,
// which would change that, is not emulated.
int check_unsafe_call() {
  const Lock lock(mutex);
  const auto this_thread = std::this_thread::get_id();
  const bool prohibited = refuse_all([=](cudaStream_t, const Capture& capture) {
    return capture.mode == cudaStreamCaptureModeGlobal ||
           (capture.mode == cudaStreamCaptureModeThreadLocal && capture.thread == this_thread);
  });
  return prohibited ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}

// "It is invalid to synchronize or query the execution status of a stream which is being captured
// or a captured event [...] It is also invalid to query the execution status of or synchronize a
// broader handle which encompasses an active stream capture, such as a device".

int check_stream_wait(cudaStream_t stream) {
  if (invalidate(stream)) return cudaErrorStreamCaptureUnsupported;
  if (const int error = check_use(stream)) return error;
  return check_unsafe_call();
}

int check_event_wait(const CapturePoint& point) {
  if (!point.capture) return check_unsafe_call();
  const Lock lock(mutex);
  return refuse(point, cudaErrorCapturedEvent);
}

int check_device_wait() {
  const Lock lock(mutex);
  const bool prohibited = refuse_all([](cudaStream_t, const Capture&) { return true; });
  return prohibited ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}

int check_use(cudaStream_t stream) {
  if (!is_legacy(stream)) return cudaSuccess;
  const Lock lock(mutex);
  const bool prohibited =
      refuse_all([](cudaStream_t other, const Capture&) { return blocks_legacy(other); });
  return prohibited ? cudaErrorStreamCaptureImplicit : cudaSuccess;
}

}  // namespace emu::capture
