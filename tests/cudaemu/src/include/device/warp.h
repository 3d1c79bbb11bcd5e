// Shuffles, votes and matches of a warp ("Warp Shuffle Functions", "Warp Vote Functions" and "Warp
// Match Functions", CUDA C++ Programming Guide).
#pragma once

#include "hooks.h"

constexpr int __emu_warp_size = 32;

template <class T>
inline T __emu_value_of(const uint64_t* slots, unsigned lane) {
  T value;
  memcpy(&value, &slots[lane], sizeof value);
  return value;
}

// Every lane of the mask writes its value, then all of them read. The second barrier keeps the
// slots until the last one has read them.
template <class T, class Read>
inline auto __emu_exchange(unsigned mask, T value, Read read) {
  static_assert(sizeof(T) <= sizeof(uint64_t), "a warp exchanges values of at most 8 bytes");
  __emu_uses_barrier();
  uint64_t* slots = __emu_api->warp_slots();
  const unsigned lane = __emu_api->lane();
  slots[lane] = 0;
  memcpy(&slots[lane], &value, sizeof value);
  __emu_api->sync_warp(mask);
  const auto result = read(slots, lane);
  __emu_api->sync_warp(mask);
  return result;
}

// A warp is cut into groups of `width` lanes, a power of two; shuffles stay inside of them.
inline unsigned __emu_first_of_group(unsigned lane, int width) { return lane & ~(width - 1u); }

template <class T>
inline T __shfl_sync(unsigned mask, T value, int source, int width = __emu_warp_size) {
  return __emu_exchange(mask, value, [=](const uint64_t* slots, unsigned lane) {
    // A source outside of the group counts modulo the width.
    return __emu_value_of<T>(slots, __emu_first_of_group(lane, width) | (source & (width - 1)));
  });
}

// Past an end of its group a lane keeps its own value.
template <class T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = __emu_warp_size) {
  return __emu_exchange(mask, value, [=](const uint64_t* slots, unsigned lane) {
    const bool inside = lane - __emu_first_of_group(lane, width) >= delta;
    return inside ? __emu_value_of<T>(slots, lane - delta) : value;
  });
}

template <class T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = __emu_warp_size) {
  return __emu_exchange(mask, value, [=](const uint64_t* slots, unsigned lane) {
    const bool inside = lane - __emu_first_of_group(lane, width) + delta < (unsigned)width;
    return inside ? __emu_value_of<T>(slots, lane + delta) : value;
  });
}

template <class T>
inline T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = __emu_warp_size) {
  return __emu_exchange(mask, value, [=](const uint64_t* slots, unsigned lane) {
    const unsigned source = lane ^ lane_mask;
    // Earlier groups may be read; a lane that asks for a later one keeps its own value.
    const bool later = __emu_first_of_group(source, width) > __emu_first_of_group(lane, width);
    return later ? value : __emu_value_of<T>(slots, source);
  });
}

// The lanes of the mask for which `holds` is true, a bit each.
template <class Holds>
inline unsigned __emu_lanes_where(unsigned mask, Holds holds) {
  unsigned lanes = 0;
  for (unsigned lane = 0; lane < __emu_warp_size; lane++) {
    const bool named = mask >> lane & 1;
    if (named && holds(lane)) lanes |= 1u << lane;
  }
  return lanes;
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
  return __emu_exchange(mask, predicate, [=](const uint64_t* slots, unsigned) {
    return __emu_lanes_where(mask, [=](unsigned lane) { return slots[lane] != 0; });
  });
}

inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }

inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, !predicate) == 0; }

template <class T>
inline unsigned __match_any_sync(unsigned mask, T value) {
  return __emu_exchange(mask, value, [=](const uint64_t* slots, unsigned own) {
    return __emu_lanes_where(mask, [=](unsigned lane) { return slots[lane] == slots[own]; });
  });
}
