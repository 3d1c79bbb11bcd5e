// Shared by the files of the emulated cuBLAS. Everything is column-major, as cuBLAS defines it.
#pragma once

#include <algorithm>
#include <complex>
#include <functional>
#include <initializer_list>
#include <type_traits>

#include "emu_internal.h"

#define API extern "C" __attribute__((visibility("default")))

using complex64 = std::complex<float>;
using complex128 = std::complex<double>;

// Defines a family: X(element type, letter in the function's name).
#define FOR_ALL_TYPES(X) \
  X(float, S)            \
  X(double, D)           \
  X(complex64, C)        \
  X(complex128, Z)

// cublasStatus_t, cublasOperation_t, cublasSideMode_t, cublasFillMode_t, as in cublas_api.h.
enum Status { SUCCESS = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, EXECUTION_FAILED = 13 };
enum { NOT_SUPPORTED = 15 };
enum Operation { OP_N = 0, OP_T = 1, OP_C = 2 };
enum { SIDE_LEFT = 0, SIDE_RIGHT = 1 };
enum { FILL_LOWER = 0, FILL_UPPER = 1 };

struct Handle {
  void* stream = nullptr;
  int pointer_mode = 0;  // 0: scalars and results are on the host; 1: on the device
  int math_mode = 0;
  bool own_workspace = false;  // of the caller's: cublasSetWorkspace
  const void* workspace = nullptr;
};

// A scalar operand: read at the call in host pointer mode, when the work runs in device mode.
template <class T>
class Scalar {
 public:
  Scalar(const Handle* handle, const T* pointer)
      : device_(handle && handle->pointer_mode ? pointer : nullptr),
        host_(device_ || !pointer ? T() : *pointer) {}
  T get() const { return device_ ? *device_ : host_; }

 private:
  const T* device_;
  T host_;
};

// A vector operand. With a negative increment it starts at its end ("increments", BLAS).
template <class T>
class Vector {
 public:
  Vector(T* data, long length, long increment)
      : first_(increment < 0 ? data + (1 - length) * increment : data), increment_(increment) {}
  T& operator[](long i) const { return first_[i * increment_]; }

 private:
  T* first_;
  long increment_;
};

template <class T>
T conjugate(T value) {
  return value;
}
template <class T>
std::complex<T> conjugate(std::complex<T> value) {
  return std::conj(value);
}

// Element (row, column) of op(A), A with leading dimension `lead`.
template <class T>
T element(const T* a, long lead, int operation, long row, long column) {
  if (operation == OP_N) return a[row + column * lead];
  const T value = a[column + row * lead];
  return operation == OP_C ? conjugate(value) : value;
}

// alpha * product + beta * old: with beta 0 the old value is not read, so that a NaN in memory
// without a value does not spread (cuBLAS: "if beta == 0, C does not have to be a valid input").
template <class T>
T blend(T alpha, T product, T beta, T old) {
  return beta == T(0) ? alpha * product : alpha * product + beta * old;
}

// Queues one library call; `operands` must be device memory.
int run_blas(Handle* handle, const char* name, std::initializer_list<const void*> operands,
             std::function<void()> work);

// The same for a call that returns a number; in host pointer mode it waits for the result.
int run_blas_result(Handle* handle, const char* name, std::initializer_list<const void*> operands,
                    std::function<void()> work);

// C = alpha op(A) op(B) + beta C. Instances for the four types of FOR_ALL_TYPES.
template <class T>
void gemm(int op_a, int op_b, long m, long n, long k, T alpha, const T* a, long lead_a, const T* b,
          long lead_b, T beta, T* c, long lead_c);

bool valid_gemm(int op_a, int op_b, long m, long n, long k, long lead_a, long lead_b, long lead_c);
