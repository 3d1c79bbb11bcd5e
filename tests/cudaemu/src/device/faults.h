// Running a kernel so that its faults become error codes.
#pragma once
#include <functional>

namespace emu {

struct Outcome {
  int error;        // a cudaError_t
  const char* why;  // null where the error is cudaSuccess
};

// Runs `kernel`. A bad memory access, a trap of the processor, or `fail` ends it. One at a time.
Outcome run_guarded(const std::function<void()>& kernel);

// Ends the kernel that is running on this thread.
[[noreturn]] void fail(int error, const char* why);

}  // namespace emu
