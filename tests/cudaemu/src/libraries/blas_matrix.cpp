// cuBLAS level 2 and the level 3 functions that are not a plain product: gemv, ger, syrk, geam,
// dgmm.
#include <vector>

#include "blas.h"

template <class T>
static int gemv(Handle* handle, const char* name, int operation, int m, int n, const T* alpha_at,
                const T* a, int lead, const T* x, int step_x, const T* beta_at, T* y, int step_y) {
  Scalar<T> alpha(handle, alpha_at), beta(handle, beta_at);
  return run_blas(handle, name, {a, x, y}, [=] {
    const long rows = operation ? n : m, columns = operation ? m : n;
    Vector<const T> from(x, columns, step_x);
    Vector<T> to(y, rows, step_y);
    for (long i = 0; i < rows; i++) {
      T sum(0);
      for (long j = 0; j < columns; j++) sum += element(a, lead, operation, i, j) * from[j];
      to[i] = blend(alpha.get(), sum, beta.get(), to[i]);
    }
  });
}

template <class T>
static int ger(Handle* handle, const char* name, int m, int n, const T* alpha_at, const T* x,
               int step_x, const T* y, int step_y, T* a, int lead, bool conjugated) {
  Scalar<T> alpha(handle, alpha_at);
  return run_blas(handle, name, {x, y, a}, [=] {
    Vector<const T> left(x, m, step_x), right(y, n, step_y);
    for (long j = 0; j < n; j++) {
      const T factor = alpha.get() * (conjugated ? conjugate(right[j]) : right[j]);
      for (long i = 0; i < m; i++) a[i + j * (long)lead] += left[i] * factor;
    }
  });
}

// C = alpha op(A) op(A)^T + beta C, one triangle of it.
template <class T>
static int syrk(Handle* handle, const char* name, int fill, int operation, int n, int k,
                const T* alpha_at, const T* a, int lead_a, const T* beta_at, T* c, int lead_c) {
  Scalar<T> alpha(handle, alpha_at), beta(handle, beta_at);
  return run_blas(handle, name, {a, c}, [=] {
    for (long j = 0; j < n; j++) {
      const long first = fill == FILL_UPPER ? 0 : j, last = fill == FILL_UPPER ? j : n - 1;
      for (long i = first; i <= last; i++) {
        T sum(0);
        for (long p = 0; p < k; p++) {
          sum += element(a, lead_a, operation, i, p) * element(a, lead_a, operation, j, p);
        }
        T& out = c[i + j * (long)lead_c];
        out = blend(alpha.get(), sum, beta.get(), out);
      }
    }
  });
}

// C = alpha op(A) + beta op(B). C may be A or B, so the sum is made aside; with a factor 0 the
// matrix is not read ("cublas<t>geam").
template <class T>
static int geam(Handle* handle, const char* name, int op_a, int op_b, int m, int n,
                const T* alpha_at, const T* a, int lead_a, const T* beta_at, const T* b, int lead_b,
                T* c, int lead_c) {
  Scalar<T> alpha(handle, alpha_at), beta(handle, beta_at);
  return run_blas(handle, name, {a, b, c}, [=] {
    const T by_a = alpha.get(), by_b = beta.get();
    std::vector<T> sum((size_t)m * n);
    for (long j = 0; j < n; j++) {
      for (long i = 0; i < m; i++) {
        if (by_a != T(0)) sum[i + j * m] += by_a * element(a, lead_a, op_a, i, j);
        if (by_b != T(0)) sum[i + j * m] += by_b * element(b, lead_b, op_b, i, j);
      }
    }
    for (long j = 0; j < n; j++) {
      std::copy_n(&sum[j * m], m, c + j * (long)lead_c);
    }
  });
}

// C = A diag(x) or diag(x) A.
template <class T>
static int dgmm(Handle* handle, const char* name, int side, int m, int n, const T* a, int lead_a,
                const T* x, int step, T* c, int lead_c) {
  return run_blas(handle, name, {a, x, c}, [=] {
    Vector<const T> diagonal(x, side == SIDE_RIGHT ? n : m, step);
    for (long j = 0; j < n; j++) {
      for (long i = 0; i < m; i++) {
        c[i + j * (long)lead_c] = a[i + j * (long)lead_a] * diagonal[side == SIDE_RIGHT ? j : i];
      }
    }
  });
}

#define DEFINE(T, L)                                                                             \
  API int cublas##L##gemv_v2(Handle* handle, int operation, int m, int n, const T* alpha,        \
                             const T* a, int lead, const T* x, int step_x, const T* beta, T* y,  \
                             int step_y) {                                                       \
    return gemv(handle, "cublas" #L "gemv", operation, m, n, alpha, a, lead, x, step_x, beta, y, \
                step_y);                                                                         \
  }                                                                                              \
  API int cublas##L##syrk_v2(Handle* handle, int fill, int operation, int n, int k,              \
                             const T* alpha, const T* a, int lead_a, const T* beta, T* c,        \
                             int lead_c) {                                                       \
    return syrk(handle, "cublas" #L "syrk", fill, operation, n, k, alpha, a, lead_a, beta, c,    \
                lead_c);                                                                         \
  }                                                                                              \
  API int cublas##L##geam(Handle* handle, int op_a, int op_b, int m, int n, const T* alpha,      \
                          const T* a, int lead_a, const T* beta, const T* b, int lead_b, T* c,   \
                          int lead_c) {                                                          \
    return geam(handle, "cublas" #L "geam", op_a, op_b, m, n, alpha, a, lead_a, beta, b, lead_b, \
                c, lead_c);                                                                      \
  }                                                                                              \
  API int cublas##L##dgmm(Handle* handle, int side, int m, int n, const T* a, int lead_a,        \
                          const T* x, int step, T* c, int lead_c) {                              \
    return dgmm(handle, "cublas" #L "dgmm", side, m, n, a, lead_a, x, step, c, lead_c);          \
  }
FOR_ALL_TYPES(DEFINE)

#define GER(NAME, T, CONJUGATED)                                                                  \
  API int cublas##NAME##_v2(Handle* handle, int m, int n, const T* alpha, const T* x, int step_x, \
                            const T* y, int step_y, T* a, int lead) {                             \
    return ger(handle, "cublas" #NAME, m, n, alpha, x, step_x, y, step_y, a, lead, CONJUGATED);   \
  }
GER(Sger, float, false)
GER(Dger, double, false)
GER(Cgeru, complex64, false)
GER(Cgerc, complex64, true)
GER(Zgeru, complex128, false)
GER(Zgerc, complex128, true)
