// Warp shuffles, votes and reductions: write the own slot, warp barrier, read, warp barrier.
#pragma once

#include "keywords.h"
#include "hooks.h"
#include "builtins.h"

template <class T, class F>
inline auto __emu_exchange(unsigned mask, T v, F f) {
  static_assert(sizeof(T) <= 8, "warp exchange of at most 8 bytes");
  __emu_uses_barrier();
  uint64_t* s = __emu_api->warp_slots();
  unsigned lane = __emu_api->lane();
  uint64_t bits = 0;
  memcpy(&bits, &v, sizeof v);
  s[lane] = bits;
  __emu_api->sync_warp(mask);
  auto r = f(s, lane);
  __emu_api->sync_warp(mask);
  return r;
}
template <class T>
inline T __emu_get(const uint64_t* s, unsigned i) {
  T v;
  memcpy(&v, &s[i], sizeof v);
  return v;
}
template <class T>
inline T __shfl_sync(unsigned m, T v, int src, int w = 32) {
  return __emu_exchange(m, v, [=](uint64_t* s, unsigned l) {
    return __emu_get<T>(s, (l & ~(w - 1)) | (src & (w - 1)));
  });
}
template <class T>
inline T __shfl_up_sync(unsigned m, T v, unsigned d, int w = 32) {
  return __emu_exchange(m, v, [=](uint64_t* s, unsigned l) {
    return (l & (w - 1)) >= d ? __emu_get<T>(s, l - d) : v;
  });
}
template <class T>
inline T __shfl_down_sync(unsigned m, T v, unsigned d, int w = 32) {
  return __emu_exchange(m, v, [=](uint64_t* s, unsigned l) {
    return (l & (w - 1)) + d < (unsigned)w ? __emu_get<T>(s, l + d) : v;
  });
}
template <class T>
inline T __shfl_xor_sync(unsigned m, T v, int x, int w = 32) {
  return __emu_exchange(m, v, [=](uint64_t* s, unsigned l) {
    unsigned t = l ^ x;
    return (t & ~(w - 1)) <= (l & ~(w - 1)) ? __emu_get<T>(s, t & 31) : v;
  });
}
inline unsigned __ballot_sync(unsigned m, int p) {
  return __emu_exchange(m, p, [=](uint64_t* s, unsigned) {
    unsigned r = 0;
    for (int i = 0; i < 32; i++)
      if (m >> i & 1 && __emu_get<int>(s, i)) r |= 1u << i;
    return r;
  });
}
inline int __any_sync(unsigned m, int p) { return __ballot_sync(m, p) != 0; }
inline int __all_sync(unsigned m, int p) { return __ballot_sync(m, !p) == 0; }
inline unsigned __activemask() { return 0xffffffffu; }
template <class T>
inline unsigned __match_any_sync(unsigned m, T v) {
  return __emu_exchange(m, v, [=](uint64_t* s, unsigned l) {
    unsigned r = 0;
    for (int i = 0; i < 32; i++)
      if (m >> i & 1 && s[i] == s[l]) r |= 1u << i;
    return r;
  });
}
#define __EMU_REDUCE(N, OP)                                    \
  template <class T>                                           \
  inline T __reduce_##N##_sync(unsigned m, T v) {              \
    return __emu_exchange(m, v, [=](uint64_t* s, unsigned l) { \
      T a = v;                                                 \
      for (unsigned i = 0; i < 32; i++)                        \
        if (m >> i & 1 && i != l) {                            \
          T b = __emu_get<T>(s, i);                            \
          a = OP;                                              \
        }                                                      \
      return a;                                                \
    });                                                        \
  }
__EMU_REDUCE(add, a + b)
__EMU_REDUCE(min, b < a ? b : a)
__EMU_REDUCE(max, a < b ? b : a)
__EMU_REDUCE(and, a& b)
__EMU_REDUCE(or, a | b)
__EMU_REDUCE(xor, a ^ b)
