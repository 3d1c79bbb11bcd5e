// Stream capture ("Creating a Graph Using Stream Capture" of the Programming Guide): what streams
// in a capture are given is not run, but becomes nodes of a graph.
//
// A stream enters by cudaStreamBeginCapture, or by waiting for an event that was recorded in a
// capturing stream; all of them leave at cudaStreamEndCapture. What CUDA does not allow in between
// is refused with CUDA's error, and invalidates the capture.
#pragma once
#include <cuda_runtime_api.h>
#include <stddef.h>

#include <memory>
#include <optional>
#include <set>

#include "work.h"

namespace emu {

struct Capture;

// What an event recorded in a capturing stream stands for: the nodes before it.
struct CapturePoint {
  std::shared_ptr<Capture> capture;  // null: not recorded in a capturing stream
  std::set<size_t> after;
};

namespace capture {

// Makes the work a node, and returns a cudaError_t; nothing where the stream is in no capture.
std::optional<int> record(cudaStream_t stream, const Work& work);

// Invalidates the capture that the stream is in. False: it is in none.
bool invalidate(cudaStream_t stream);

// The functions below return a cudaError_t.

// Sets the point at which the stream is.
int mark(cudaStream_t stream, CapturePoint* point);

// The stream waits for an event: a captured one takes it into the capture.
int wait(cudaStream_t stream, const CapturePoint& point);

// May this thread call what is "potentially unsafe" beside a capture, such as cudaMalloc
// (cudaThreadExchangeStreamCaptureMode)?
int check_unsafe_call();

// May the host wait for the stream, or ask whether its work is done?
int check_stream_wait(cudaStream_t stream);

// The same for an event, and for the whole device.
int check_event_wait(const CapturePoint& point);
int check_device_wait();

// May the stream be used? The legacy stream may not while a blocking stream captures.
int check_use(cudaStream_t stream);

// The stream is destroyed, and with it the capture that began there.
void forget(cudaStream_t stream);

}  // namespace capture
}  // namespace emu
