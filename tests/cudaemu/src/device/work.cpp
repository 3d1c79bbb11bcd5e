#include "work.h"

#include <cuda_runtime_api.h>

#include "canary.h"
#include "emu_internal.h"

namespace emu {

int run(const Work& work) {
  const int error = work.body();
  const bool intact = canaries_intact(work.label);
  if (error || intact) return error;
  if (work.counter == C_KERNEL_LAUNCH) count(C_LAUNCH_FAIL);
  return cudaErrorIllegalAddress;
}

}  // namespace emu
