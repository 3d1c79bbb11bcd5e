// The dynamic shared memory of a launch.
#pragma once

namespace emu {

// Memory of that size, with no meaningful contents, whose end touches a page that faults.
// For the launch that runs: the next call reuses it.
void* dynamic_shared_memory(unsigned size);

}  // namespace emu
