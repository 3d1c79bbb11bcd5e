// Integer and bit-casting intrinsics ("Integer Intrinsics" and "Type Casting Intrinsics", CUDA Math
// API).
#pragma once

#include "keywords.h"

template <class To, class From>
inline To __emu_bits(From value) {
  static_assert(sizeof(To) == sizeof(From), "bits are kept, not converted");
  To bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline int __float_as_int(float x) { return __emu_bits<int>(x); }
inline float __int_as_float(int x) { return __emu_bits<float>(x); }
inline unsigned __float_as_uint(float x) { return __emu_bits<unsigned>(x); }
inline float __uint_as_float(unsigned x) { return __emu_bits<float>(x); }
inline long long __double_as_longlong(double x) { return __emu_bits<long long>(x); }
inline double __longlong_as_double(long long x) { return __emu_bits<double>(x); }

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }

// gcc leaves its result for 0 open.
inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
inline int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }

inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }

inline unsigned __brev(unsigned x) {
  unsigned reversed = 0;
  for (int bit = 0; bit < 32; bit++)
    reversed |= (x >> bit & 1u) << (31 - bit);
  return reversed;
}

inline unsigned long long __brevll(unsigned long long x) {
  return (unsigned long long)__brev((unsigned)x) << 32 | __brev((unsigned)(x >> 32));
}

inline unsigned __umulhi(unsigned x, unsigned y) {
  return (unsigned)((unsigned long long)x * y >> 32);
}

inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) {
  return (unsigned long long)((unsigned __int128)x * y >> 64);
}
