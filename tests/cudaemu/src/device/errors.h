// Error codes, and the last error of a thread.
#pragma once
#include <cuda_runtime_api.h>

namespace emu {

// Remembers an error for cudaGetLastError and hands the code back: every function of the runtime
// returns through it. Takes an int, since driver and libraries use the same numbers.
//
// Departs from CUDA on purpose: there, an illegal address or an assert leaves the context dead,
// and every later call returns the same error ("Error Handling" of the Runtime API). Here the
// next call works, so that a test may cause an error and the tests after it go on.
cudaError_t remember(int error);

}  // namespace emu
