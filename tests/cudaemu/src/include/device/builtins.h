// Vector types and threadIdx, blockIdx, blockDim, gridDim.
#pragma once

#include "keywords.h"
#include "hooks.h"

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
  constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  operator uint3() const { return uint3{x, y, z}; }
};
static emu_vec3 __emu_tid, __emu_bid, __emu_bdim, __emu_gdim;
#define threadIdx ((const uint3&)__emu_tid)
#define blockIdx ((const uint3&)__emu_bid)
#define blockDim ((const dim3&)__emu_bdim)
#define gridDim ((const dim3&)__emu_gdim)
static constexpr int warpSize = 32;
#define __EMU_VEC(T, N, AL2, AL4)                              \
  struct N##1 { T x; };                                        \
  struct __attribute__((aligned(AL2))) N##2 { T x, y; };       \
  struct N##3 { T x, y, z; };                                  \
  struct __attribute__((aligned(AL4))) N##4 { T x, y, z, w; }; \
  inline N##1 make_##N##1(T x) { return {x}; }                 \
  inline N##2 make_##N##2(T x, T y) { return {x, y}; }         \
  inline N##3 make_##N##3(T x, T y, T z) { return {x, y, z}; } \
  inline N##4 make_##N##4(T x, T y, T z, T w) { return {x, y, z, w}; }
__EMU_VEC(signed char, char, 2, 4)
__EMU_VEC(unsigned char, uchar, 2, 4)
__EMU_VEC(short, short, 4, 8)
__EMU_VEC(unsigned short, ushort, 4, 8)
__EMU_VEC(int, int, 8, 16)
__EMU_VEC(long, long, 16, 16)
__EMU_VEC(unsigned long, ulong, 16, 16)
__EMU_VEC(long long, longlong, 16, 16)
__EMU_VEC(unsigned long long, ulonglong, 16, 16)
__EMU_VEC(float, float, 8, 16)
__EMU_VEC(double, double, 16, 16)
#define __EMU_VEC4A(T, N)                                         \
  struct __attribute__((aligned(16))) N##4_16a { T x, y, z, w; }; \
  struct __attribute__((aligned(32))) N##4_32a { T x, y, z, w; };  // CUDA 13
__EMU_VEC4A(long, long)
__EMU_VEC4A(unsigned long, ulong)
__EMU_VEC4A(long long, longlong)
__EMU_VEC4A(unsigned long long, ulonglong)
__EMU_VEC4A(double, double)
struct uint1 {
  unsigned x;
};
struct __attribute__((aligned(8))) uint2 {
  unsigned x, y;
};
struct __attribute__((aligned(16))) uint4 {
  unsigned x, y, z, w;
};
inline uint1 make_uint1(unsigned x) { return {x}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
typedef unsigned long long cudaTextureObject_t, cudaSurfaceObject_t;
