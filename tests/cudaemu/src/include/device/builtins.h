// threadIdx, blockIdx, blockDim, gridDim and warpSize ("Built-in Variables", CUDA C++ Programming
// Guide).
#pragma once

#include "hooks.h"
#include "vectors.h"

// Set by the launcher and the scheduler before a thread runs or goes on.
static emu_vec3 __emu_thread_index, __emu_block_index, __emu_block_shape, __emu_grid_shape;

// Kernels may read them only, and take uint3 and dim3: both are laid out as emu_vec3.
#define threadIdx ((const uint3&)__emu_thread_index)
#define blockIdx ((const uint3&)__emu_block_index)
#define blockDim ((const dim3&)__emu_block_shape)
#define gridDim ((const dim3&)__emu_grid_shape)

static constexpr int warpSize = 32;
