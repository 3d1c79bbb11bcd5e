// CUDA's mathematical functions at global scope, on top of the host's libm.
#pragma once

#include "keywords.h"

// Overloads for float and double, as CUDA has them; libm's names at global scope are for double.
using std::abs;
using std::fabs;
using std::isfinite;
using std::isinf;
using std::isnan;
using std::signbit;

template <class A, class B>
using __emu_common = std::enable_if_t<std::is_arithmetic<A>::value && std::is_arithmetic<B>::value,
                                      std::common_type_t<A, B>>;

// Of floats they are fminf and fmaxf, which skip a NaN.
template <class A, class B>
inline __emu_common<A, B> min(A a, B b) {
  using T = __emu_common<A, B>;
  if constexpr (std::is_floating_point<T>::value) {
    return std::fmin((T)a, (T)b);
  } else {
    return (T)b < (T)a ? (T)b : (T)a;
  }
}

template <class A, class B>
inline __emu_common<A, B> max(A a, B b) {
  using T = __emu_common<A, B>;
  if constexpr (std::is_floating_point<T>::value) {
    return std::fmax((T)a, (T)b);
  } else {
    return (T)a < (T)b ? (T)b : (T)a;
  }
}

inline double rsqrt(double x) { return 1 / sqrt(x); }
inline float rsqrtf(float x) { return 1 / sqrtf(x); }
inline float rsqrt(float x) { return rsqrtf(x); }

// The remainder comes before the product with pi, so that whole and half numbers stay exact.
inline double sinpi(double x) {
  const double rest = fmod(x, 2.0);
  const bool whole = rest == 0 || rest == 1 || rest == -1;
  return whole ? copysign(0.0, x) : sin(rest * M_PI);
}

inline double cospi(double x) {
  const double rest = fabs(fmod(x, 2.0));
  const bool half = rest == 0.5 || rest == 1.5;
  return half ? 0.0 : cos(rest * M_PI);
}

inline float sinpi(float x) { return (float)sinpi((double)x); }
inline float cospi(float x) { return (float)cospi((double)x); }

inline float exp10(float x) { return exp10f(x); }

inline double normcdf(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }
inline float normcdff(float x) { return (float)normcdf((double)x); }
inline float normcdf(float x) { return normcdff(x); }

inline void sincos(float x, float* sine, float* cosine) { sincosf(x, sine, cosine); }
