// cuBLAS level 1: vectors.
#include "blas.h"

// cuBLAS measures a complex number by |re| + |im| in amax, amin and asum.
template <class T>
static T size_of_number(T value) {
  return std::abs(value);
}
template <class T>
static T size_of_number(std::complex<T> value) {
  return std::abs(value.real()) + std::abs(value.imag());
}

template <class T, class S>
static int scale(Handle* handle, const char* name, int n, const S* alpha_at, T* x, int step) {
  Scalar<S> alpha(handle, alpha_at);
  return run_blas(handle, name, {x}, [=] {
    for (long i = 0; i < n; i++) x[i * step] *= alpha.get();
  });
}

template <class T>
static int axpy(Handle* handle, const char* name, int n, const T* alpha_at, const T* x, int step_x,
                T* y, int step_y) {
  Scalar<T> alpha(handle, alpha_at);
  return run_blas(handle, name, {x, y}, [=] {
    Vector<const T> from(x, n, step_x);
    Vector<T> to(y, n, step_y);
    for (long i = 0; i < n; i++) to[i] += alpha.get() * from[i];
  });
}

template <class T>
static int dot(Handle* handle, const char* name, int n, const T* x, int step_x, const T* y,
               int step_y, T* result, bool conjugated) {
  return run_blas_result(handle, name, {x, y}, [=] {
    Vector<const T> left(x, n, step_x), right(y, n, step_y);
    T sum(0);
    for (long i = 0; i < n; i++) sum += (conjugated ? conjugate(left[i]) : left[i]) * right[i];
    *result = sum;
  });
}

template <class T, class R>
static int norm(Handle* handle, const char* name, int n, const T* x, int step, R* result) {
  return run_blas_result(handle, name, {x}, [=] {
    double sum = 0;  // in double: the squares of a float cannot overflow
    for (long i = 0; i < n; i++) sum += std::norm(complex128(x[i * step]));
    *result = (R)std::sqrt(sum);
  });
}

template <class T, class R>
static int absolute_sum(Handle* handle, const char* name, int n, const T* x, int step, R* result) {
  return run_blas_result(handle, name, {x}, [=] {
    double sum = 0;
    for (long i = 0; i < n; i++) sum += size_of_number(x[i * step]);
    *result = (R)sum;
  });
}

// The index counts from 1, as in Fortran; the first of equal elements wins.
template <class T>
static int extreme_index(Handle* handle, const char* name, int n, const T* x, int step, int* result,
                         bool largest) {
  return run_blas_result(handle, name, {x}, [=] {
    long best = 0;
    for (long i = 1; i < n; i++) {
      const auto size = size_of_number(x[i * step]), record = size_of_number(x[best * step]);
      if (largest ? size > record : size < record) best = i;
    }
    *result = n > 0 && step > 0 ? best + 1 : 0;
  });
}

#define SCAL(L, T, S)                                                                 \
  API int cublas##L##scal_v2(Handle* handle, int n, const S* alpha, T* x, int step) { \
    return scale(handle, "cublas" #L "scal", n, alpha, x, step);                      \
  }
SCAL(S, float, float)
SCAL(D, double, double)
SCAL(C, complex64, complex64)
SCAL(Z, complex128, complex128)
SCAL(Cs, complex64, float)
SCAL(Zd, complex128, double)

#define AXPY(T, L)                                                                                \
  API int cublas##L##axpy_v2(Handle* handle, int n, const T* alpha, const T* x, int step_x, T* y, \
                             int step_y) {                                                        \
    return axpy(handle, "cublas" #L "axpy", n, alpha, x, step_x, y, step_y);                      \
  }
FOR_ALL_TYPES(AXPY)

#define DOT(NAME, T, CONJUGATED)                                                                   \
  API int cublas##NAME##_v2(Handle* handle, int n, const T* x, int step_x, const T* y, int step_y, \
                            T* result) {                                                           \
    return dot(handle, "cublas" #NAME, n, x, step_x, y, step_y, result, CONJUGATED);               \
  }
DOT(Sdot, float, false)
DOT(Ddot, double, false)
DOT(Cdotu, complex64, false)
DOT(Cdotc, complex64, true)
DOT(Zdotu, complex128, false)
DOT(Zdotc, complex128, true)

#define NORMS(L, T, R)                                                                 \
  API int cublas##L##nrm2_v2(Handle* handle, int n, const T* x, int step, R* result) { \
    return norm(handle, "cublas" #L "nrm2", n, x, step, result);                       \
  }                                                                                    \
  API int cublas##L##asum_v2(Handle* handle, int n, const T* x, int step, R* result) { \
    return absolute_sum(handle, "cublas" #L "asum", n, x, step, result);               \
  }
NORMS(S, float, float)
NORMS(D, double, double)
NORMS(Sc, complex64, float)
NORMS(Dz, complex128, double)

#define EXTREMES(L, T)                                                                    \
  API int cublasI##L##amax_v2(Handle* handle, int n, const T* x, int step, int* result) { \
    return extreme_index(handle, "cublasI" #L "amax", n, x, step, result, true);          \
  }                                                                                       \
  API int cublasI##L##amin_v2(Handle* handle, int n, const T* x, int step, int* result) { \
    return extreme_index(handle, "cublasI" #L "amin", n, x, step, result, false);         \
  }
EXTREMES(s, float)
EXTREMES(d, double)
EXTREMES(c, complex64)
EXTREMES(z, complex128)
