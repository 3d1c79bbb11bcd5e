// Bit casts and integer intrinsics ("Integer Intrinsics", CUDA Math API).
#pragma once

#include "keywords.h"
#include "hooks.h"
#include "builtins.h"

template <class A, class B>
inline A __emu_bits(B b) {
  static_assert(sizeof(A) == sizeof(B), "");
  A a;
  memcpy(&a, &b, sizeof a);
  return a;
}
inline int __float_as_int(float x) { return __emu_bits<int>(x); }
inline unsigned __float_as_uint(float x) { return __emu_bits<unsigned>(x); }
inline float __int_as_float(int x) { return __emu_bits<float>(x); }
inline float __uint_as_float(unsigned x) { return __emu_bits<float>(x); }
inline long long __double_as_longlong(double x) { return __emu_bits<long long>(x); }
inline double __longlong_as_double(long long x) { return __emu_bits<double>(x); }
inline int __double2loint(double x) { return (int)__emu_bits<long long>(x); }
inline int __double2hiint(double x) { return (int)(__emu_bits<long long>(x) >> 32); }
inline double __hiloint2double(int h, int l) {
  return __emu_bits<double>((long long)((unsigned long long)(unsigned)h << 32 | (unsigned)l));
}
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
inline int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline unsigned __brev(unsigned x) {
  unsigned r = 0;
  for (int i = 0; i < 32; i++) r |= (x >> i & 1u) << (31 - i);
  return r;
}
inline unsigned long long __brevll(unsigned long long x) {
  return (unsigned long long)__brev((unsigned)x) << 32 | __brev((unsigned)(x >> 32));
}
inline unsigned __umulhi(unsigned a, unsigned b) {
  return (unsigned)((unsigned long long)a * b >> 32);
}
inline int __mulhi(int a, int b) { return (int)((long long)a * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return (unsigned long long)((unsigned __int128)a * b >> 64);
}
inline long long __mul64hi(long long a, long long b) { return (long long)((__int128)a * b >> 64); }
inline int __mul24(int a, int b) { return (a << 8 >> 8) * (b << 8 >> 8); }
inline unsigned __umul24(unsigned a, unsigned b) { return (a & 0xffffff) * (b & 0xffffff); }
inline unsigned __byte_perm(unsigned a, unsigned b, unsigned s) {
  unsigned long long v = (unsigned long long)b << 32 | a;
  unsigned r = 0;
  for (int i = 0; i < 4; i++) r |= (unsigned)(v >> (8 * (s >> (4 * i) & 7)) & 0xff) << (8 * i);
  return r;
}
inline unsigned __funnelshift_l(unsigned lo, unsigned hi, unsigned s) {
  return (unsigned)(((unsigned long long)hi << 32 | lo) << (s & 31) >> 32);
}
inline unsigned __funnelshift_r(unsigned lo, unsigned hi, unsigned s) {
  return (unsigned)(((unsigned long long)hi << 32 | lo) >> (s & 31));
}
template <class T>
inline T __ldg(const T* p) {
  return *p;
}
template <class T>
inline T __ldcs(const T* p) {
  return *p;
}
template <class T>
inline T __ldcg(const T* p) {
  return *p;
}
inline long long clock64() { return (long long)__builtin_ia32_rdtsc(); }
inline bool __isShared(const void*) { return false; }
inline bool __isGlobal(const void*) { return true; }
