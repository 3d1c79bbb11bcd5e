// What a module and the launcher share: see emu_abi.h.
#pragma once

#include "keywords.h"

static const emu_api* __emu_api __attribute__((unused));
static void* __emu_dynsmem;
// Emitted into a module only when something in it may synchronise; tells the launcher to use
// fibers.
extern "C" __attribute__((noinline, visibility("default"))) inline void __emu_uses_barrier() {
  asm volatile("");
}
#undef assert
#define assert(c) ((c) ? (void)0 : __emu_api->fail(710, "device-side assert: " #c))
inline void __trap() { __emu_api->fail(719, "__trap"); }
inline void __brkpt() {}
