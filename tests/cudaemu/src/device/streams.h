// Streams.
//
// Work is done when it is submitted, on the thread that submits it. That is one of the schedules
// CUDA allows ("Asynchronous Concurrent Execution" of the Programming Guide): it respects the
// order inside a stream, every event and the null stream's waiting for the others. A program that
// lacks a wait it needs therefore still works here; the emulator cannot show that.
#pragma once
#include <cuda_runtime_api.h>

namespace emu {

// A stream that was created and not destroyed, or one of the three that always exist.
bool is_live(cudaStream_t stream);

}  // namespace emu
