// cublasGemmEx and its family: storage type, result type and compute type are arguments.
#include <stdint.h>
#include <string.h>

#include <array>

#include "gemm_loops.h"

namespace {

// cudaDataType_t and cublasComputeType_t
enum { R_32F = 0, R_64F = 1, R_16F = 2, C_32F = 4, C_64F = 5, R_16BF = 14 };
enum Compute { COMPUTE_16F, COMPUTE_32F, COMPUTE_64F, COMPUTE_UNKNOWN };

using half = _Float16;

// The upper half of a float, rounded to nearest even.
struct bfloat16 {
  uint16_t bits;
  operator float() const {
    const uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
  }
  explicit bfloat16(float value) {
    uint32_t wide;
    memcpy(&wide, &value, sizeof wide);
    bits = value != value ? 0x7fff : (wide + 0x7fff + (wide >> 16 & 1)) >> 16;
  }
};

size_t size_of(int type) {
  switch (type) {
    case C_64F:
      return 16;
    case R_64F:
    case C_32F:
      return 8;
    case R_32F:
      return 4;
    default:
      return 2;
  }
}

Compute compute_of(int type) {
  switch (type) {
    case 64:  // CUBLAS_COMPUTE_16F and its _PEDANTIC
    case 65:
      return COMPUTE_16F;
    case 68:  // CUBLAS_COMPUTE_32F, _PEDANTIC, _FAST_16F, _FAST_16BF, _FAST_TF32
    case 69:
    case 74:
    case 75:
    case 77:
      return COMPUTE_32F;
    case 70:  // CUBLAS_COMPUTE_64F and its _PEDANTIC
    case 71:
      return COMPUTE_64F;
  }
  return COMPUTE_UNKNOWN;
}

struct Product {
  int op_a, op_b;
  long m, n, k;
  const void* a;
  long lead_a;
  const void* b;
  long lead_b;
  void* c;
  long lead_c;
};

using Kernel = void (*)(const Product&, const void* alpha, const void* beta);

template <class Scalars, class Accumulator, class AB, class C>
void product(const Product& p, const void* alpha_at, const void* beta_at) {
  Scalars alpha, beta;
  memcpy(&alpha, alpha_at, sizeof alpha);
  memcpy(&beta, beta_at, sizeof beta);
  auto run = [&](auto* function) {
    function(p.op_a, p.op_b, p.m, p.n, p.k, (Accumulator)alpha, (const AB*)p.a, p.lead_a,
             (const AB*)p.b, p.lead_b, (Accumulator)beta, (C*)p.c, p.lead_c);
  };
  if constexpr (std::is_same_v<Accumulator, AB> && std::is_same_v<AB, C>) {
    run(&gemm<C>);
  } else if (p.m && p.n) {
    run(&gemm_loops<Accumulator, AB, C>);
  }
}

// The scalars have the compute type, complex where the operands are ("cublasGemmEx", tables of
// supported types). half accumulates in float: at least as exact as the real library.
Kernel kernel_for(Compute compute, int ab, int c) {
  struct Entry {
    Compute compute;
    int ab, c;
    Kernel kernel;
  };
  static const Entry supported[] = {
      {COMPUTE_16F, R_16F, R_16F, product<half, float, half, half>},
      {COMPUTE_32F, R_16F, R_16F, product<float, float, half, half>},
      {COMPUTE_32F, R_16F, R_32F, product<float, float, half, float>},
      {COMPUTE_32F, R_16BF, R_16BF, product<float, float, bfloat16, bfloat16>},
      {COMPUTE_32F, R_16BF, R_32F, product<float, float, bfloat16, float>},
      {COMPUTE_32F, R_32F, R_32F, product<float, float, float, float>},
      {COMPUTE_32F, C_32F, C_32F, product<complex64, complex64, complex64, complex64>},
      {COMPUTE_64F, R_64F, R_64F, product<double, double, double, double>},
      {COMPUTE_64F, C_64F, C_64F, product<complex128, complex128, complex128, complex128>},
  };
  for (auto& entry : supported) {
    if (entry.compute == compute && entry.ab == ab && entry.c == c) return entry.kernel;
  }
  return nullptr;
}

size_t scalar_size(Compute compute, int ab) {
  if (ab == C_32F || ab == C_64F) return size_of(ab);
  return compute == COMPUTE_16F ? 2 : compute == COMPUTE_32F ? 4 : 8;
}

int gemm_ex(Handle* handle, const char* name, Product p, const void* alpha, int type_a,
            long long stride_a, int type_b, long long stride_b, const void* beta, int type_c,
            long long stride_c, int batch, Compute compute) {
  if (!handle) return NOT_INITIALIZED;
  if (!valid_gemm(p.op_a, p.op_b, p.m, p.n, p.k, p.lead_a, p.lead_b, p.lead_c)) {
    return INVALID_VALUE;
  }
  Kernel kernel = type_a == type_b ? kernel_for(compute, type_a, type_c) : nullptr;
  if (!kernel) {
    emu_complain("%s: types A=%d B=%d C=%d, compute %d are not emulated", name, type_a, type_b,
                 type_c, compute);
    return NOT_SUPPORTED;
  }
  std::array<char, 16> host_alpha{}, host_beta{};
  const bool on_device = handle->pointer_mode;
  if (!on_device) {
    memcpy(host_alpha.data(), alpha, scalar_size(compute, type_a));
    memcpy(host_beta.data(), beta, scalar_size(compute, type_a));
  }
  const long long step_a = stride_a * size_of(type_a), step_b = stride_b * size_of(type_b),
                  step_c = stride_c * size_of(type_c);
  return run_blas(handle, name, {p.a, p.b, p.c}, [=] {
    for (int i = 0; i < batch; i++) {
      Product one = p;
      one.a = (const char*)p.a + i * step_a;
      one.b = (const char*)p.b + i * step_b;
      one.c = (char*)p.c + i * step_c;
      kernel(one, on_device ? alpha : host_alpha.data(), on_device ? beta : host_beta.data());
    }
  });
}

}  // namespace

API int cublasGemmEx(Handle* handle, int op_a, int op_b, int m, int n, int k, const void* alpha,
                     const void* a, int type_a, int lead_a, const void* b, int type_b, int lead_b,
                     const void* beta, void* c, int type_c, int lead_c, int compute, int) {
  return gemm_ex(handle, "cublasGemmEx", {op_a, op_b, m, n, k, a, lead_a, b, lead_b, c, lead_c},
                 alpha, type_a, 0, type_b, 0, beta, type_c, 0, 1, compute_of(compute));
}

API int cublasGemmStridedBatchedEx(Handle* handle, int op_a, int op_b, int m, int n, int k,
                                   const void* alpha, const void* a, int type_a, int lead_a,
                                   long long stride_a, const void* b, int type_b, int lead_b,
                                   long long stride_b, const void* beta, void* c, int type_c,
                                   int lead_c, long long stride_c, int batch, int compute, int) {
  return gemm_ex(handle, "cublasGemmStridedBatchedEx",
                 {op_a, op_b, m, n, k, a, lead_a, b, lead_b, c, lead_c}, alpha, type_a, stride_a,
                 type_b, stride_b, beta, type_c, stride_c, batch, compute_of(compute));
}

API int cublasSgemmEx(Handle* handle, int op_a, int op_b, int m, int n, int k, const float* alpha,
                      const void* a, int type_a, int lead_a, const void* b, int type_b, int lead_b,
                      const float* beta, void* c, int type_c, int lead_c) {
  return gemm_ex(handle, "cublasSgemmEx", {op_a, op_b, m, n, k, a, lead_a, b, lead_b, c, lead_c},
                 alpha, type_a, 0, type_b, 0, beta, type_c, 0, 1, COMPUTE_32F);
}
