// What a module and the launcher share: see emu_abi.h.
#pragma once

#include "keywords.h"

static const emu_api* __emu_api __attribute__((unused));

// The launch's dynamic shared memory; `extern __shared__ T name[]` becomes a reference to it.
static void* __emu_dynsmem;

// Emitted into a module only when something in it may synchronise: its presence tells the launcher
// that threads must take turns as fibers.
extern "C" __attribute__((noinline, visibility("default"))) inline void __emu_uses_barrier() {
  asm volatile("");
}

// cudaErrorAssert and cudaErrorLaunchFailure: what a GPU reports after assert() and __trap().
#undef assert
#define assert(condition) \
  ((condition) ? (void)0 : __emu_api->fail(710, "device-side assert: " #condition))

inline void __trap() { __emu_api->fail(719, "__trap"); }
