// Arithmetic and conversions with a named rounding ("Type Casting Intrinsics", CUDA Math API).
#pragma once

#include "mathematics.h"

#define __EMU_RND(T, S, SQ, FM)                      \
  inline T __##S##add_rn(T a, T b) { return a + b; } \
  inline T __##S##sub_rn(T a, T b) { return a - b; } \
  inline T __##S##mul_rn(T a, T b) { return a * b; } \
  inline T __##S##div_rn(T a, T b) { return a / b; } \
  inline T __##S##sqrt_rn(T a) { return SQ(a); }     \
  inline T __##S##rcp_rn(T a) { return 1 / a; }
__EMU_RND(float, f, sqrtf, fmaf)
__EMU_RND(double, d, sqrt, fma)
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
inline float __frsqrt_rn(float a) { return 1 / sqrtf(a); }
// float -> integer conversions saturate and map NaN to 0, as the intrinsics do
template <class I, class F>
inline I __emu_cvt(F x) {
  if (x != x) return 0;
  if (x >= (F)std::numeric_limits<I>::max()) return std::numeric_limits<I>::max();
  if (x <= (F)std::numeric_limits<I>::min()) return std::numeric_limits<I>::min();
  return (I)x;
}
#define __EMU_CVT(F, FN, I, IN)                                                \
  inline I __##FN##2##IN##_rn(F x) { return __emu_cvt<I>(std::nearbyint(x)); } \
  inline I __##FN##2##IN##_rz(F x) { return __emu_cvt<I>(std::trunc(x)); }     \
  inline I __##FN##2##IN##_rd(F x) { return __emu_cvt<I>(std::floor(x)); }     \
  inline I __##FN##2##IN##_ru(F x) { return __emu_cvt<I>(std::ceil(x)); }      \
  inline F __##IN##2##FN##_rn(I x) { return (F)x; }
__EMU_CVT(float, float, int, int)
__EMU_CVT(float, float, unsigned, uint)
__EMU_CVT(float, float, long long, ll)
__EMU_CVT(float, float, unsigned long long, ull)
__EMU_CVT(double, double, int, int)
__EMU_CVT(double, double, unsigned, uint)
__EMU_CVT(double, double, long long, ll)
__EMU_CVT(double, double, unsigned long long, ull)
inline float __double2float_rn(double x) { return (float)x; }
