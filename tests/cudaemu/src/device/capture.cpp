#include "capture.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "api.h"
#include "emu_internal.h"
#include "errors.h"
#include "graphs.h"
#include "streams.h"

namespace emu {

struct Capture {
  cudaStream_t origin;  // where it began, and must end
  cudaStreamCaptureMode mode;
  std::thread::id thread;
  Graph graph;
  bool invalidated = false;
  bool ended = false;
};

namespace {

std::mutex capture_mutex;

// The streams in a capture; what they are given next depends on the nodes of their point.
std::map<cudaStream_t, CapturePoint> captured;

// The mutex is held for all that follows.

CapturePoint* find(cudaStream_t stream) {
  const auto found = captured.find(stream);
  return found == captured.end() ? nullptr : &found->second;
}

// "When an invalid operation is attempted during stream capture, any associated capture graphs are
// invalidated" (Programming Guide, "Invalidation").
int refuse(Capture* capture, int error) {
  capture->invalidated = true;
  return error;
}

// Invalidates every capture that has such a stream. Was there one?
template <class Matches>
bool refuse_all(Matches matches) {
  bool any = false;
  for (auto& [stream, point] : captured) {
    if (!matches(stream, *point.capture)) continue;
    point.capture->invalidated = true;
    any = true;
  }
  return any;
}

// "When any stream in the same context is being captured, and it was not created with
// cudaStreamNonBlocking, any attempted use of the legacy stream is invalid" (Programming Guide,
// "Prohibited and Unhandled Operations").
bool blocks_legacy(cudaStream_t stream) {
  return !is_non_blocking(stream);
}

// Does everything lead to a node of `ends`?
bool is_joined(const Graph& graph, const std::set<size_t>& ends) {
  std::set<size_t> leads = ends;
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (leads.count(i) == 0) return false;
    leads.insert(graph.nodes[i].after.begin(), graph.nodes[i].after.end());
  }
  return true;
}

int begin(cudaStream_t stream, cudaStreamCaptureMode mode) {
  if (mode < cudaStreamCaptureModeGlobal || mode > cudaStreamCaptureModeRelaxed) {
    return cudaErrorInvalidValue;
  }
  if (is_legacy(stream)) return cudaErrorStreamCaptureUnsupported;
  if (const CapturePoint* here = find(stream)) {
    return refuse(here->capture.get(), cudaErrorIllegalState);
  }
  captured[stream].capture =
      std::make_shared<Capture>(Capture{stream, mode, std::this_thread::get_id(), {}});
  return cudaSuccess;
}

int end(cudaStream_t stream, cudaGraph_t* out) {
  const CapturePoint* here = find(stream);
  if (!here) return cudaErrorIllegalState;
  const CapturePoint last = *here;
  Capture& capture = *last.capture;
  if (capture.origin != stream) return refuse(&capture, cudaErrorStreamCaptureUnmatched);
  const bool here_only = capture.mode != cudaStreamCaptureModeRelaxed;
  if (here_only && capture.thread != std::this_thread::get_id()) {
    return refuse(&capture, cudaErrorStreamCaptureWrongThread);
  }
  for (auto it = captured.begin(); it != captured.end();) {
    it = it->second.capture == last.capture ? captured.erase(it) : std::next(it);
  }
  capture.ended = true;
  const Graph graph = std::move(capture.graph);  // events may keep the capture
  if (capture.invalidated) return cudaErrorStreamCaptureInvalidated;
  if (!is_joined(graph, last.after)) return cudaErrorStreamCaptureUnjoined;
  *out = keep_graph(std::make_shared<const Graph>(graph));
  return cudaSuccess;
}

int status_of(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  const CapturePoint* here = find(stream);
  if (here) {
    *status = here->capture->invalidated ? cudaStreamCaptureStatusInvalidated
                                         : cudaStreamCaptureStatusActive;
    return cudaSuccess;
  }
  *status = cudaStreamCaptureStatusNone;
  // "The blocking stream capture is not invalidated" (cudaStreamIsCapturing).
  const bool implicit =
      is_legacy(stream) && std::any_of(captured.begin(), captured.end(),
                                       [](const auto& entry) { return blocks_legacy(entry.first); });
  return implicit ? cudaErrorStreamCaptureImplicit : cudaSuccess;
}

// The stream waits for what was recorded outside of captures.
int wait_for_uncaptured(CapturePoint* here) {
  // "It is invalid to wait on a non-captured event from a stream which is being captured"
  // (Programming Guide, "Prohibited and Unhandled Operations").
  return here ? refuse(here->capture.get(), cudaErrorStreamCaptureIsolation) : cudaSuccess;
}

int wait_for_captured(cudaStream_t stream, CapturePoint* here, const CapturePoint& point) {
  Capture* capture = point.capture.get();
  if (here && here->capture != point.capture) {
    // "It is invalid to merge two separate capture graphs" (there).
    capture->invalidated = true;
    return refuse(here->capture.get(), capture->ended ? cudaErrorCapturedEvent
                                                      : cudaErrorStreamCaptureMerge);
  }
  if (capture->ended) return cudaErrorCapturedEvent;
  if (capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  if (is_legacy(stream)) return refuse(capture, cudaErrorStreamCaptureImplicit);
  CapturePoint& joining = captured[stream];
  joining.capture = point.capture;
  joining.after.insert(point.after.begin(), point.after.end());
  return cudaSuccess;
}

}  // namespace

namespace capture {

bool has(cudaStream_t stream) {
  std::lock_guard<std::mutex> lock(capture_mutex);
  return find(stream) != nullptr;
}

int record(cudaStream_t stream, const Work& work) {
  std::lock_guard<std::mutex> lock(capture_mutex);
  CapturePoint* here = find(stream);
  if (here->capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  std::vector<Node>& nodes = here->capture->graph.nodes;
  nodes.push_back({work, here->after});
  here->after = {nodes.size() - 1};
  count(C_CAPTURED_NODE);
  return cudaSuccess;
}

int mark(cudaStream_t stream, CapturePoint* point) {
  std::lock_guard<std::mutex> lock(capture_mutex);
  const CapturePoint* here = find(stream);
  if (here && here->capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  *point = here ? *here : CapturePoint();
  return cudaSuccess;
}

int wait(cudaStream_t stream, const CapturePoint& point) {
  std::lock_guard<std::mutex> lock(capture_mutex);
  CapturePoint* here = find(stream);
  if (here && here->capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  return point.capture ? wait_for_captured(stream, here, point) : wait_for_uncaptured(here);
}

int check_unsafe_call() {
  std::lock_guard<std::mutex> lock(capture_mutex);
  const auto this_thread = std::this_thread::get_id();
  const bool prohibited = refuse_all([=](cudaStream_t, const Capture& capture) {
    return capture.mode == cudaStreamCaptureModeGlobal ||
           (capture.mode == cudaStreamCaptureModeThreadLocal && capture.thread == this_thread);
  });
  return prohibited ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}

int check_stream_wait(cudaStream_t stream) {
  {
    std::lock_guard<std::mutex> lock(capture_mutex);
    if (const CapturePoint* here = find(stream)) {
      // "It is invalid to synchronize or query the execution status of a stream which is being
      // captured" (Programming Guide, "Prohibited and Unhandled Operations").
      return refuse(here->capture.get(), cudaErrorStreamCaptureUnsupported);
    }
  }
  if (const int error = check_use(stream)) return error;
  return check_unsafe_call();
}

int check_device_wait() {
  // "... or synchronize a broader handle which encompasses an active stream capture, such as a
  // device" (there).
  std::lock_guard<std::mutex> lock(capture_mutex);
  const bool prohibited = refuse_all([](cudaStream_t, const Capture&) { return true; });
  return prohibited ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}

int check_use(cudaStream_t stream) {
  if (!is_legacy(stream)) return cudaSuccess;
  std::lock_guard<std::mutex> lock(capture_mutex);
  const bool prohibited =
      refuse_all([](cudaStream_t other, const Capture&) { return blocks_legacy(other); });
  return prohibited ? cudaErrorStreamCaptureImplicit : cudaSuccess;
}

void forget(cudaStream_t stream) {
  std::lock_guard<std::mutex> lock(capture_mutex);
  captured.erase(stream);
}

}  // namespace capture
}  // namespace emu

using emu::remember;

EMU_API cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  std::lock_guard<std::mutex> lock(emu::capture_mutex);
  return remember(emu::begin(stream, mode));
}

// "If capture was invalidated, due to a violation of the rules of stream capture, then a NULL graph
// will be returned" (cudaStreamEndCapture).
EMU_API cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* out) {
  *out = nullptr;
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  std::lock_guard<std::mutex> lock(emu::capture_mutex);
  return remember(emu::end(stream, out));
}

EMU_API cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  std::lock_guard<std::mutex> lock(emu::capture_mutex);
  return remember(emu::status_of(stream, status));
}
