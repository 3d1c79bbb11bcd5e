// CUDA's keywords and predefined macros, as host C++ understands them.
#pragma once

// The scan for kernels and variables (src/nvrtc/source_scan.cpp) looks for these words.
#ifndef __EMU_SCAN__
#define __global__
#define __device__
#define __constant__
#define __managed__
#endif

#define __host__
#define __grid_constant__
#define __launch_bounds__(...)
#define __cluster_dims__(...)
#define __restrict __restrict__
#define __align__(n) __attribute__((aligned(n)))

// One block runs at a time, and all of its threads see the one variable.
#define __shared__ static

// The host's headers know these names with other meanings.
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

// libcu++ (cuda/std/...) as host code goes without the small float types: their traits need
// NVIDIA's own headers.
#define CCCL_DISABLE_FP16_SUPPORT
#define CCCL_DISABLE_BF16_SUPPORT
#define CCCL_DISABLE_NVFP8_SUPPORT
