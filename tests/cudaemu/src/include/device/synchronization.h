// Barriers and fences ("Synchronization Functions", CUDA C++ Programming Guide).
#pragma once

#include "keywords.h"
#include "hooks.h"
#include "builtins.h"

inline void __syncthreads() {
  __emu_uses_barrier();
  __emu_api->sync_block();
}
inline int __syncthreads_count(int p) {
  __emu_uses_barrier();
  return __emu_api->sync_block_acc(p, 0);
}
inline int __syncthreads_and(int p) {
  __emu_uses_barrier();
  return __emu_api->sync_block_acc(p, 1);
}
inline int __syncthreads_or(int p) {
  __emu_uses_barrier();
  return __emu_api->sync_block_acc(p, 2);
}
inline void __syncwarp(unsigned mask = 0xffffffffu) {
  __emu_uses_barrier();
  __emu_api->sync_warp(mask);
}
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
inline void __nanosleep(unsigned) {}
inline unsigned __emu_lane() {
  return (__emu_tid.x + __emu_bdim.x * (__emu_tid.y + __emu_bdim.y * __emu_tid.z)) & 31;
}
