// Streams.
//
// Work is done when it is submitted, on the thread that submits it. That is one of the schedules
// CUDA allows ("Asynchronous Concurrent Execution" of the Programming Guide): it respects the
// order inside a stream, every event and the null stream's waiting for the others. A program that
// lacks a wait it needs therefore still works here; the emulator cannot show that.
#pragma once
#include <cuda_runtime_api.h>

#include "work.h"

namespace emu {

// A stream that was created and not destroyed, or one of the three that always exist.
bool is_live(cudaStream_t stream);

// The null stream, under either of its names: "an implicit stream which synchronizes with all
// other streams in the same CUcontext except for non-blocking streams" (Runtime API, "Stream
// synchronization behavior").
bool is_legacy(cudaStream_t stream);

// Was the stream created with cudaStreamNonBlocking?
bool is_non_blocking(cudaStream_t stream);

// The device on which the stream was created; the current one of the streams that always exist.
int device_of(cudaStream_t stream);

// Gives work to a stream: done now and counted, or recorded while the stream captures. Returns a
// cudaError_t.
int submit(cudaStream_t stream, const Work& work);

}  // namespace emu
