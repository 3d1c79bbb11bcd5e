#include "capture.h"

#include <algorithm>

#include "api.h"
#include "capture_state.h"
#include "devices.h"
#include "emu_internal.h"
#include "errors.h"
#include "streams.h"

namespace emu::capture {

using Lock = std::lock_guard<std::mutex>;

std::mutex mutex;
std::map<cudaStream_t, CapturePoint> streams;

CapturePoint* find(cudaStream_t stream) {
  const auto found = streams.find(stream);
  return found == streams.end() ? nullptr : &found->second;
}

namespace {

// The mutex is held in all of these.

int begin(cudaStream_t stream, cudaStreamCaptureMode mode) {
  if (mode < cudaStreamCaptureModeGlobal || mode > cudaStreamCaptureModeRelaxed) {
    return cudaErrorInvalidValue;
  }
  if (is_legacy(stream)) return cudaErrorStreamCaptureUnsupported;
  if (const CapturePoint* here = find(stream)) return refuse(*here, cudaErrorIllegalState);
  const Capture fresh = {stream, mode, std::this_thread::get_id(), {}};
  streams[stream].capture = std::make_shared<Capture>(fresh);
  return cudaSuccess;
}

// "All streams being captured to the same capture graph are taken out of capture mode" (Programming
// Guide, "Cross-stream Dependencies and Events").
void release_streams(const std::shared_ptr<Capture>& capture) {
  for (auto it = streams.begin(); it != streams.end();) {
    it = it->second.capture == capture ? streams.erase(it) : std::next(it);
  }
  capture->ended = true;
}

int end(cudaStream_t stream, cudaGraph_t* out) {
  if (!find(stream)) return cudaErrorIllegalState;
  const CapturePoint last = *find(stream);
  Capture& capture = *last.capture;
  if (capture.origin != stream) return refuse(last, cudaErrorStreamCaptureUnmatched);
  const bool any_thread = capture.mode == cudaStreamCaptureModeRelaxed;
  if (!any_thread && capture.thread != std::this_thread::get_id()) {
    return refuse(last, cudaErrorStreamCaptureWrongThread);
  }
  release_streams(last.capture);
  Graph graph = std::move(capture.graph);  // out of it, since events may keep the capture
  if (capture.invalidated) return cudaErrorStreamCaptureInvalidated;
  // "Failure to rejoin to the origin stream will result in failure of the overall capture
  // operation" (there).
  if (!all_lead_to(graph, last.after)) return cudaErrorStreamCaptureUnjoined;
  *out = keep_graph(std::move(graph));
  return cudaSuccess;
}

int status_of(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  *status = cudaStreamCaptureStatusNone;
  if (const CapturePoint* here = find(stream)) {
    *status = here->capture->invalidated ? cudaStreamCaptureStatusInvalidated
                                         : cudaStreamCaptureStatusActive;
    return cudaSuccess;
  }
  // "The blocking stream capture is not invalidated" (cudaStreamIsCapturing).
  const bool implicit = is_legacy(stream) &&
                        std::any_of(streams.begin(), streams.end(),
                                    [](const auto& entry) { return blocks_legacy(entry.first); });
  return implicit ? cudaErrorStreamCaptureImplicit : cudaSuccess;
}

// `here` is null where the stream is in no capture yet.
int join(cudaStream_t stream, const CapturePoint* here, const CapturePoint& point) {
  if (point.capture->ended) {
    return here ? refuse(*here, cudaErrorCapturedEvent) : cudaErrorCapturedEvent;
  }
  if (here && here->capture != point.capture) {
    // "It is invalid to merge two separate capture graphs by waiting on a captured event from a
    // stream which is being captured and is associated with a different capture graph".
    refuse(point, cudaErrorStreamCaptureMerge);
    return refuse(*here, cudaErrorStreamCaptureMerge);
  }
  if (point.capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  if (is_legacy(stream)) return refuse(point, cudaErrorStreamCaptureImplicit);
  CapturePoint& joined = streams[stream];
  joined.capture = point.capture;
  joined.after.insert(point.after.begin(), point.after.end());
  return cudaSuccess;
}

}  // namespace

std::optional<int> record(cudaStream_t stream, const Work& work) {
  const Lock lock(mutex);
  CapturePoint* here = find(stream);
  if (!here) return std::nullopt;
  if (here->capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  std::vector<Node>& nodes = here->capture->graph.nodes;
  nodes.push_back({work, here->after, device()});
  here->after = {nodes.size() - 1};
  count(C_CAPTURED_NODE);
  return cudaSuccess;
}

int mark(cudaStream_t stream, CapturePoint* point) {
  const Lock lock(mutex);
  const CapturePoint* here = find(stream);
  if (here && here->capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  *point = here ? *here : CapturePoint();
  return cudaSuccess;
}

int wait(cudaStream_t stream, const CapturePoint& point) {
  const Lock lock(mutex);
  const CapturePoint* here = find(stream);
  if (here && here->capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  if (point.capture) return join(stream, here, point);
  // "It is invalid to wait on a non-captured event from a stream which is being captured".
  return here ? refuse(*here, cudaErrorStreamCaptureIsolation) : cudaSuccess;
}

void forget(cudaStream_t stream) {
  const Lock lock(mutex);
  if (!find(stream)) return;
  const std::shared_ptr<Capture> capture = find(stream)->capture;
  streams.erase(stream);
  if (capture->origin == stream) release_streams(capture);
}

}  // namespace emu::capture

using emu::remember;
using emu::capture::Lock;

EMU_API cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  const Lock lock(emu::capture::mutex);
  return remember(emu::capture::begin(stream, mode));
}

// "If capture was invalidated, due to a violation of the rules of stream capture, then a NULL graph
// will be returned" (cudaStreamEndCapture).
EMU_API cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* out) {
  *out = nullptr;
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  const Lock lock(emu::capture::mutex);
  return remember(emu::capture::end(stream, out));
}

EMU_API cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  const Lock lock(emu::capture::mutex);
  return remember(emu::capture::status_of(stream, status));
}
