// CUDA's keywords and predefined macros, as host C++ understands them.
#pragma once

#ifndef __EMU_SCAN__
#define __global__
#define __device__
#define __constant__
#define __managed__
#endif
#define __host__
#define __shared__ static
#define __grid_constant__
#define __restrict __restrict__
#define __launch_bounds__(...)
#define __cluster_dims__(...)
#define __align__(n) __attribute__((aligned(n)))
#undef __noinline__
#define __noinline__ __attribute__((noinline))
#undef __forceinline__
#define __forceinline__ __attribute__((always_inline)) inline
#undef __inline__
#define __inline__ inline
#define __CUDA_ARCH__ 900
#define __CUDACC_VER_MAJOR__ 13
#define __CUDACC_VER_MINOR__ 0
#define CUDART_VERSION 13000
#define CUDA_VERSION 13000
#define __CUDAEMU__ 1
// libcu++ (cuda/std/...) as host code: leave out the extended float types, whose traits need
// NVIDIA's own headers
#define CCCL_DISABLE_FP16_SUPPORT
#define CCCL_DISABLE_BF16_SUPPORT
#define CCCL_DISABLE_NVFP8_SUPPORT
#define CUDART_PI 3.1415926535897931e+0
#define CUDART_PI_F 3.141592654f
