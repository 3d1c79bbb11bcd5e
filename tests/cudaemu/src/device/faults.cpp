#include "faults.h"

#include <cuda_runtime_api.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

namespace emu {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE};
constexpr int kSignalCount = 3;
constexpr size_t kHandlerStack = 64 << 10;

sigjmp_buf before_kernel;
Outcome outcome;
volatile sig_atomic_t kernel_runs = 0;
pthread_t kernel_thread;

[[noreturn]] void leave(int error, const char* why) {
  outcome = {error, why};
  siglongjmp(before_kernel, 1);
}

void on_signal(int signal_number, siginfo_t*, void*) {
  if (!kernel_runs || !pthread_equal(pthread_self(), kernel_thread)) {
    // A fault of the host's: end as the process would have ended without us.
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    return;
  }
  if (signal_number == SIGFPE) {
    // "Integer division by zero" is undefined in CUDA C++; a GPU goes on with some number.
    leave(cudaErrorLaunchFailure, "integer division by zero or overflow of a division");
  }
  leave(cudaErrorIllegalAddress, "invalid memory access");
}

// The handlers are there only while a kernel runs, so that Python's faulthandler and others keep
// theirs.
class Handlers {
 public:
  Handlers() {
    // A fiber that overflowed its stack has no room for the handler: it gets a stack of its own.
    static char stack[kHandlerStack];
    const stack_t own = {stack, 0, sizeof stack};
    sigaltstack(&own, &old_stack_);
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    // NODEFER: the handler leaves by a jump, which does not unblock its signal.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    for (int i = 0; i < kSignalCount; i++)
      sigaction(kSignals[i], &action, &old_[i]);
  }

  ~Handlers() {
    for (int i = 0; i < kSignalCount; i++)
      sigaction(kSignals[i], &old_[i], nullptr);
    sigaltstack(&old_stack_, nullptr);
  }

 private:
  struct sigaction old_[kSignalCount];
  stack_t old_stack_;
};

}  // namespace

Outcome run_guarded(const std::function<void()>& kernel) {
  const Handlers handlers;
  outcome = {cudaSuccess, nullptr};
  kernel_thread = pthread_self();
  if (sigsetjmp(before_kernel, 0) == 0) {
    kernel_runs = 1;
    kernel();
  }
  kernel_runs = 0;
  return outcome;
}

void fail(int error, const char* why) {
  leave(error, why);
}

}  // namespace emu
