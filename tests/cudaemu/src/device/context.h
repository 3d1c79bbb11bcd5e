// The context, one for all devices.
#pragma once

namespace emu {

// The first call of the runtime in a thread makes the primary context current there ("Interactions
// with the CUDA Driver API" of the Runtime API). CuPy tests for it.
void make_context_current();

}  // namespace emu
