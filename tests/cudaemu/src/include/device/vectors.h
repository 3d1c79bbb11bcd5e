// The built-in vector types ("Built-in Vector Types", CUDA C++ Programming Guide) and dim3.
#pragma once

#include "keywords.h"

// Every type is here because libcu++ lists them all (cuda/std/__tuple_dir/vector_types.h). The
// alignments are those of the guide's table; one and three members align as their type does.
#define __EMU_VECTORS(T, name, align2, align4)                       \
  struct name##1 {                                                   \
    T x;                                                             \
  };                                                                 \
  struct __attribute__((aligned(align2))) name##2 {                  \
    T x, y;                                                          \
  };                                                                 \
  struct name##3 {                                                   \
    T x, y, z;                                                       \
  };                                                                 \
  struct __attribute__((aligned(align4))) name##4 {                  \
    T x, y, z, w;                                                    \
  };                                                                 \
  inline name##1 make_##name##1(T x) { return {x}; }                 \
  inline name##2 make_##name##2(T x, T y) { return {x, y}; }         \
  inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; } \
  inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }

__EMU_VECTORS(signed char, char, 2, 4)
__EMU_VECTORS(unsigned char, uchar, 2, 4)
__EMU_VECTORS(short, short, 4, 8)
__EMU_VECTORS(unsigned short, ushort, 4, 8)
__EMU_VECTORS(int, int, 8, 16)
__EMU_VECTORS(unsigned, uint, 8, 16)
__EMU_VECTORS(long, long, 16, 16)
__EMU_VECTORS(unsigned long, ulong, 16, 16)
__EMU_VECTORS(long long, longlong, 16, 16)
__EMU_VECTORS(unsigned long long, ulonglong, 16, 16)
__EMU_VECTORS(float, float, 8, 16)
__EMU_VECTORS(double, double, 16, 16)
#undef __EMU_VECTORS

// CUDA 13 names four 8-byte members by their alignment.
#define __EMU_ALIGNED_VECTORS(T, name)              \
  struct __attribute__((aligned(16))) name##4_16a { \
    T x, y, z, w;                                   \
  };                                                \
  struct __attribute__((aligned(32))) name##4_32a { \
    T x, y, z, w;                                   \
  };

__EMU_ALIGNED_VECTORS(long, long)
__EMU_ALIGNED_VECTORS(unsigned long, ulong)
__EMU_ALIGNED_VECTORS(long long, longlong)
__EMU_ALIGNED_VECTORS(unsigned long long, ulonglong)
__EMU_ALIGNED_VECTORS(double, double)
#undef __EMU_ALIGNED_VECTORS

struct dim3 {
  unsigned x, y, z;

  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
  constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  operator uint3() const { return {x, y, z}; }
};
