// Which processes are alive: a rank must not wait for ever for one that was killed.
#pragma once
#include <sys/types.h>

namespace nccl {

// A process of this machine. A number alone may be given to a later process.
struct Process {
  pid_t number;
  unsigned long long start;  // in clock ticks since the boot
};

Process this_process();

// A process that has ended and that its parent has not asked about is not alive.
bool is_alive(const Process& process);

}  // namespace nccl
