// How the emulated device behaves.
#pragma once
#include <stddef.h>

namespace emu {

struct Settings {
  unsigned order;          // of blocks and threads, see emu_perm
  size_t memory;           // of the device, in bytes
  int guard;               // 1: every allocation ends at its guard page
  int compute_capability;  // ten times the major number plus the minor number
  int devices;             // of this machine
  long nccl_timeout;       // how long a call of NCCL's waits for other ranks, in seconds
  bool nccl_waits;         // for ranks that are lost too, as on a GPU
};

Settings& settings();

}  // namespace emu
