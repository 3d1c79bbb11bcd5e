// Fibers: threads of a block that take turns on one thread of the host.
#pragma once
#include <stddef.h>

namespace emu {

// Saves the registers that a call must preserve and the stack pointer (to *save), and goes on at
// the stack pointer `resume`, which an earlier switch saved or `new_fiber` made.
extern "C" void emu_switch(void** save, void* resume);

// The stack pointer of a fiber that, switched to for the first time, runs `main` (which must not
// return) on the stack of that number, below `limits::kThreadsPerBlock`.
void* new_fiber(unsigned number, void (*main)());

}  // namespace emu
