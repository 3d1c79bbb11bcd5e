#include "elements.h"

#include <string.h>

#include <cmath>
#include <type_traits>

namespace nccl {
namespace {

// The upper half of a float; rounded to nearest, ties to even, as the conversion of CUDA does
// (__float2bfloat16).
struct Bfloat16 {
  uint16_t bits;

  Bfloat16(float value) {
    uint32_t whole;
    memcpy(&whole, &value, sizeof whole);
    const bool nan = std::isnan(value);
    bits = static_cast<uint16_t>(nan ? 0x7fff : (whole + 0x7fff + (whole >> 16 & 1)) >> 16);
  }
  operator float() const {
    const uint32_t whole = static_cast<uint32_t>(bits) << 16;
    float value;
    memcpy(&value, &whole, sizeof value);
    return value;
  }
};

// What one step of a reduction computes in, before it is rounded to T: integers wrap around, and
// the types of 16 bits are computed as float.
template <class T>
auto wide(T value) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<std::make_unsigned_t<T>>(value);
  } else if constexpr (sizeof(T) == 2) {
    return static_cast<float>(value);
  } else {
    return value;
  }
}

// "fmaxf", "fminf" of NCCL's kernels: of a number and a NaN, the number.
template <class T>
T extreme(T a, T b, bool largest) {
  if constexpr (std::is_integral_v<T>) {
    return (a < b) == largest ? b : a;
  } else {
    return T(largest ? std::fmax(wide(a), wide(b)) : std::fmin(wide(a), wide(b)));
  }
}

template <class T>
T combined(ncclRedOp_t op, T a, T b) {
  switch (op) {
    case ncclProd: return T(wide(a) * wide(b));
    case ncclMax: return extreme(a, b, true);
    case ncclMin: return extreme(a, b, false);
    default: return T(wide(a) + wide(b));
  }
}

// NCCL multiplies floating-point numbers by 1 / ranks before it adds them, and divides the sum of
// integers.
template <class T>
T before(ncclRedOp_t op, T value, int ranks) {
  if constexpr (std::is_integral_v<T>) {
    return value;
  } else {
    return op == ncclAvg ? T(wide(value) * wide(T(1.0 / ranks))) : value;
  }
}

template <class T>
T after(ncclRedOp_t op, T value, int ranks) {
  if constexpr (std::is_integral_v<T>) {
    using Widest = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
    return op == ncclAvg ? T(value / static_cast<Widest>(ranks)) : value;
  } else {
    return value;
  }
}

template <class T>
void reduce_as(ncclRedOp_t op, const char* const* inputs, int ranks, size_t n, void* out) {
  T* result = static_cast<T*>(out);
  for (int rank = 0; rank < ranks; rank++) {
    const T* input = reinterpret_cast<const T*>(inputs[rank]);
    for (size_t i = 0; i < n; i++) {
      const T value = before(op, input[i], ranks);
      result[i] = rank == 0 ? value : combined(op, result[i], value);
    }
  }
  for (size_t i = 0; i < n; i++)
    result[i] = after(op, result[i], ranks);
}

using Reduction = void (*)(ncclRedOp_t, const char* const*, int, size_t, void*);

struct Type {
  const char* name;
  size_t size;
  Reduction reduction;
};

// By ncclDataType_t.
const Type types[] = {
    {"int8", 1, reduce_as<int8_t>},      {"uint8", 1, reduce_as<uint8_t>},
    {"int32", 4, reduce_as<int32_t>},    {"uint32", 4, reduce_as<uint32_t>},
    {"int64", 8, reduce_as<int64_t>},    {"uint64", 8, reduce_as<uint64_t>},
    {"float16", 2, reduce_as<_Float16>}, {"float32", 4, reduce_as<float>},
    {"float64", 8, reduce_as<double>},   {"bfloat16", 2, reduce_as<Bfloat16>},
};

bool is_type(ncclDataType_t type) {
  return type >= ncclInt8 && type <= ncclBfloat16;
}

}  // namespace

size_t size_of(ncclDataType_t type) {
  return is_type(type) ? types[type].size : 0;
}

const char* name_of(ncclDataType_t type) {
  return types[type].name;
}

bool is_reduction(ncclRedOp_t op) {
  return op >= ncclSum && op <= ncclAvg;
}

void reduce(ncclDataType_t type, ncclRedOp_t op, const char* const* inputs, int ranks, size_t n,
            void* out) {
  types[type].reduction(op, inputs, ranks, n, out);
}

}  // namespace nccl
