// CUDA's mathematical functions at global scope, on top of the host's libm.
#pragma once

#include "keywords.h"
#include "hooks.h"
#include "builtins.h"
#include "integers.h"

using std::abs;
using std::fabs;
using std::isfinite;
using std::isinf;
using std::isnan;
using std::signbit;
template <class A, class B>
using __emu_ct = std::enable_if_t<std::is_arithmetic<A>::value && std::is_arithmetic<B>::value,
                                  std::common_type_t<A, B>>;
template <class A, class B>
inline __emu_ct<A, B> min(A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point<T>::value)
    return std::fmin((T)a, (T)b);
  else
    return (T)b < (T)a ? (T)b : (T)a;
}
template <class A, class B>
inline __emu_ct<A, B> max(A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point<T>::value)
    return std::fmax((T)a, (T)b);
  else
    return (T)a < (T)b ? (T)b : (T)a;
}
inline int umin(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned umax(unsigned a, unsigned b) { return a > b ? a : b; }
inline double rsqrt(double x) { return 1 / sqrt(x); }
inline float rsqrtf(float x) { return 1 / sqrtf(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
inline double rcbrt(double x) { return 1 / cbrt(x); }
inline float rcbrtf(float x) { return 1 / cbrtf(x); }
inline double __emu_sinpi(double x) {
  double r = fmod(x, 2.0);
  if (r == 0 || r == 1 || r == -1) return copysign(0.0, x);
  return sin(r * M_PI);
}
inline double __emu_cospi(double x) {
  double r = fabs(fmod(x, 2.0));
  if (r == 0.5 || r == 1.5) return 0.0;
  return cos(r * M_PI);
}
inline double sinpi(double x) { return __emu_sinpi(x); }
inline float sinpi(float x) { return (float)__emu_sinpi(x); }
inline float sinpif(float x) { return (float)__emu_sinpi(x); }
inline double cospi(double x) { return __emu_cospi(x); }
inline float cospi(float x) { return (float)__emu_cospi(x); }
inline float cospif(float x) { return (float)__emu_cospi(x); }
inline float exp10(float x) { return exp10f(x); }
inline double normcdf(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }
inline float normcdff(float x) { return (float)normcdf((double)x); }
inline float normcdf(float x) { return normcdff(x); }
inline void sincos(float x, float* s, float* c) { sincosf(x, s, c); }
inline void sincospi(double x, double* s, double* c) {
  *s = sinpi(x);
  *c = cospi(x);
}
inline void sincospif(float x, float* s, float* c) {
  *s = sinpif(x);
  *c = cospif(x);
}
inline float __expf(float x) { return expf(x); }
inline float __exp10f(float x) { return exp10f(x); }
inline float __logf(float x) { return logf(x); }
inline float __log2f(float x) { return log2f(x); }
inline float __log10f(float x) { return log10f(x); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __tanf(float x) { return tanf(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline void __sincosf(float x, float* s, float* c) { sincosf(x, s, c); }
inline float __fdividef(float a, float b) { return a / b; }
inline float fdividef(float a, float b) { return a / b; }
inline float __saturatef(float x) { return !(x > 0) ? 0.f : x > 1 ? 1.f : x; }
