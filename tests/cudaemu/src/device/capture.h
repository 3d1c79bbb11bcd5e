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

// Is the stream in a capture, be it an invalidated one?
bool has(cudaStream_t stream);

// The functions below return a cudaError_t.

// Makes the work a node; the stream is in a capture.
int record(cudaStream_t stream, const Work& work);

// Sets the point at which the stream is.
int mark(cudaStream_t stream, CapturePoint* point);

// The stream waits for an event: a captured one takes it into the capture.
int wait(cudaStream_t stream, const CapturePoint& point);

// May this thread call what is "potentially unsafe" beside a capture, such as cudaMalloc
// (cudaThreadExchangeStreamCaptureMode)?
int check_unsafe_call();

// May the host wait for the stream, or ask whether its work is done?
int check_stream_wait(cudaStream_t stream);

// The same for the whole device.
int check_device_wait();

// May the stream be used? The legacy stream may not while a blocking stream captures.
int check_use(cudaStream_t stream);

// The stream is destroyed.
void forget(cudaStream_t stream);

}  // namespace capture
}  // namespace emu
