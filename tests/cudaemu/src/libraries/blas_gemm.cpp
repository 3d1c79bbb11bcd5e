// Matrix products of one type. float and double use the OpenBLAS inside NumPy's wheel, when the
// Python package passes its path in CUDAEMU_BLAS; plain loops are a hundred times slower.
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#include "gemm_loops.h"

namespace {

template <class T>
using CblasGemm = void (*)(int order, int op_a, int op_b, int64_t m, int64_t n, int64_t k, T alpha,
                           const T* a, int64_t lead_a, const T* b, int64_t lead_b, T beta, T* c,
                           int64_t lead_c);
enum { COLUMN_MAJOR = 102, CBLAS_OP_N = 111 };  // cblas.h; its operations follow as 112 and 113

void* openblas_function(const char* name) {
  static void* library = [] {
    const char* path = getenv("CUDAEMU_BLAS");
    return path && *path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
  }();
  return library ? dlsym(library, name) : nullptr;
}

template <class T>
CblasGemm<T> fast_gemm() {
  if constexpr (std::is_same_v<T, float>) {
    static auto function = (CblasGemm<T>)openblas_function("scipy_cblas_sgemm64_");
    return function;
  } else if constexpr (std::is_same_v<T, double>) {
    static auto function = (CblasGemm<T>)openblas_function("scipy_cblas_dgemm64_");
    return function;
  }
  return nullptr;
}

}  // namespace

template <class T>
void gemm(int op_a, int op_b, long m, long n, long k, T alpha, const T* a, long lead_a, const T* b,
          long lead_b, T beta, T* c, long lead_c) {
  if (!m || !n) return;
  auto fast = fast_gemm<T>();
  if (fast && k) {
    fast(COLUMN_MAJOR, CBLAS_OP_N + op_a, CBLAS_OP_N + op_b, m, n, k, alpha, a, lead_a, b, lead_b,
         beta, c, lead_c);
  } else {
    gemm_loops<T>(op_a, op_b, m, n, k, alpha, a, lead_a, b, lead_b, beta, c, lead_c);
  }
}

bool valid_gemm(int op_a, int op_b, long m, long n, long k, long lead_a, long lead_b, long lead_c) {
  const bool sizes = m >= 0 && n >= 0 && k >= 0;
  const bool operations = op_a >= OP_N && op_a <= OP_C && op_b >= OP_N && op_b <= OP_C;
  return sizes && operations && lead_a >= std::max(1l, op_a ? k : m) &&
         lead_b >= std::max(1l, op_b ? n : k) && lead_c >= std::max(1l, m);
}

template <class T>
static int gemm_call(Handle* handle, const char* name, int op_a, int op_b, int m, int n, int k,
                     const T* alpha_at, const T* a, int lead_a, long long stride_a, const T* b,
                     int lead_b, long long stride_b, const T* beta_at, T* c, int lead_c,
                     long long stride_c, int batch) {
  if (!valid_gemm(op_a, op_b, m, n, k, lead_a, lead_b, lead_c)) return INVALID_VALUE;
  Scalar<T> alpha(handle, alpha_at), beta(handle, beta_at);
  return run_blas(handle, name, {a, b, c}, [=] {
    for (int i = 0; i < batch; i++) {
      gemm<T>(op_a, op_b, m, n, k, alpha.get(), a + i * stride_a, lead_a, b + i * stride_b, lead_b,
              beta.get(), c + i * stride_c, lead_c);
    }
  });
}

// The matrices of a batch lie anywhere: a, b and c are arrays of pointers, on the device too.
template <class T>
static int gemm_batched_call(Handle* handle, const char* name, int op_a, int op_b, int m, int n,
                             int k, const T* alpha_at, const T* const* a, int lead_a,
                             const T* const* b, int lead_b, const T* beta_at, T* const* c,
                             int lead_c, int batch) {
  if (!valid_gemm(op_a, op_b, m, n, k, lead_a, lead_b, lead_c)) return INVALID_VALUE;
  Scalar<T> alpha(handle, alpha_at), beta(handle, beta_at);
  return run_blas(handle, name, {a, b, c}, [=] {
    for (int i = 0; i < batch; i++) {
      gemm<T>(op_a, op_b, m, n, k, alpha.get(), a[i], lead_a, b[i], lead_b, beta.get(), c[i],
              lead_c);
    }
  });
}

#define DEFINE(T, L)                                                                              \
  template void gemm<T>(int, int, long, long, long, T, const T*, long, const T*, long, T, T*,     \
                        long);                                                                    \
  API int cublas##L##gemm_v2(Handle* handle, int op_a, int op_b, int m, int n, int k,             \
                             const T* alpha, const T* a, int lead_a, const T* b, int lead_b,      \
                             const T* beta, T* c, int lead_c) {                                   \
    return gemm_call<T>(handle, "cublas" #L "gemm", op_a, op_b, m, n, k, alpha, a, lead_a, 0, b,  \
                        lead_b, 0, beta, c, lead_c, 0, 1);                                        \
  }                                                                                               \
  API int cublas##L##gemmStridedBatched(                                                          \
      Handle* handle, int op_a, int op_b, int m, int n, int k, const T* alpha, const T* a,        \
      int lead_a, long long stride_a, const T* b, int lead_b, long long stride_b, const T* beta,  \
      T* c, int lead_c, long long stride_c, int batch) {                                          \
    return gemm_call<T>(handle, "cublas" #L "gemmStridedBatched", op_a, op_b, m, n, k, alpha, a,  \
                        lead_a, stride_a, b, lead_b, stride_b, beta, c, lead_c, stride_c, batch); \
  }                                                                                               \
  API int cublas##L##gemmBatched(Handle* handle, int op_a, int op_b, int m, int n, int k,         \
                                 const T* alpha, const T* const* a, int lead_a,                   \
                                 const T* const* b, int lead_b, const T* beta, T* const* c,       \
                                 int lead_c, int batch) {                                         \
    return gemm_batched_call<T>(handle, "cublas" #L "gemmBatched", op_a, op_b, m, n, k, alpha, a, \
                                lead_a, b, lead_b, beta, c, lead_c, batch);                       \
  }
FOR_ALL_TYPES(DEFINE)
