// What capture.cpp and capture_rules.cpp share: which streams are in which capture.
#pragma once
#include <map>
#include <mutex>
#include <thread>

#include "capture.h"
#include "graphs.h"

namespace emu {

struct Capture {
  cudaStream_t origin;  // where it began, and must end
  cudaStreamCaptureMode mode;
  std::thread::id thread;  // that began it
  Graph graph;
  bool invalidated = false;
  bool ended = false;
};

namespace capture {

extern std::mutex mutex;

// The streams in a capture; what a stream is given next depends on the nodes of its point. The
// mutex guards it, and every Capture.
extern std::map<cudaStream_t, CapturePoint> streams;

// Null: in no capture. The mutex is held, here and below.
CapturePoint* find(cudaStream_t stream);

// "When an invalid operation is attempted during stream capture, any associated capture graphs are
// invalidated" (Programming Guide, "Invalidation"). Returns the error.
int refuse(const CapturePoint& point, int error);

// Does the same to every capture with a stream that matches. False: there is none.
template <class Matches>
bool refuse_all(Matches matches) {
  bool any = false;
  for (const auto& [stream, point] : streams) {
    if (!matches(stream, *point.capture)) continue;
    point.capture->invalidated = true;
    any = true;
  }
  return any;
}

// "When any stream in the same context is being captured, and it was not created with
// cudaStreamNonBlocking, any attempted use of the legacy stream is invalid" (Programming Guide,
// "Prohibited and Unhandled Operations").
bool blocks_legacy(cudaStream_t stream);

}  // namespace capture
}  // namespace emu
