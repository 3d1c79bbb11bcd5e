// Barriers and fences ("Synchronization Functions" and "Memory Fence Functions", CUDA C++
// Programming Guide).
#pragma once

#include "hooks.h"

inline void __syncthreads() {
  __emu_uses_barrier();
  __emu_api->sync_block();
}

// The numbers are those of emu_api::sync_block_acc.
inline int __syncthreads_count(int predicate) {
  __emu_uses_barrier();
  return __emu_api->sync_block_acc(predicate, 0);
}

inline int __syncthreads_and(int predicate) {
  __emu_uses_barrier();
  return __emu_api->sync_block_acc(predicate, 1);
}

inline int __syncthreads_or(int predicate) {
  __emu_uses_barrier();
  return __emu_api->sync_block_acc(predicate, 2);
}

inline void __syncwarp(unsigned mask = 0xffffffffu) {
  __emu_uses_barrier();
  __emu_api->sync_warp(mask);
}

// One thread of the host runs everything, so that every write is seen in its order.
inline void __threadfence() {}
inline void __threadfence_block() {}
