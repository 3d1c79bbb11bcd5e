// Atomic functions ("Atomic Functions", CUDA C++ Programming Guide). A launch runs on one thread of
// the host and changes fibers at barriers only, so plain operations are atomic.
#pragma once

#include "keywords.h"

// Each function is an overload for the types that the guide lists, and for no other: CuPy adds its
// own for float16, and for what is missing here.
#define __EMU_ATOMIC(name, T, result)  \
  inline T name(T* address, T value) { \
    const T old = *address;            \
    *address = (T)(result);            \
    return old;                        \
  }
#define __EMU_ATOMIC_FOR_INTEGERS(name, result) \
  __EMU_ATOMIC(name, int, result)               \
  __EMU_ATOMIC(name, unsigned, result)          \
  __EMU_ATOMIC(name, unsigned long long, result)

__EMU_ATOMIC(atomicAdd, int, old + value)
__EMU_ATOMIC(atomicAdd, unsigned, old + value)
__EMU_ATOMIC(atomicAdd, unsigned long long, old + value)
__EMU_ATOMIC(atomicAdd, float, old + value)
__EMU_ATOMIC(atomicAdd, double, old + value)
__EMU_ATOMIC(atomicSub, int, old - value)
__EMU_ATOMIC(atomicSub, unsigned, old - value)

__EMU_ATOMIC_FOR_INTEGERS(atomicExch, value)
__EMU_ATOMIC(atomicExch, float, value)

__EMU_ATOMIC_FOR_INTEGERS(atomicMin, value < old ? value : old)
__EMU_ATOMIC(atomicMin, long long, value < old ? value : old)
__EMU_ATOMIC_FOR_INTEGERS(atomicMax, value > old ? value : old)
__EMU_ATOMIC(atomicMax, long long, value > old ? value : old)

// These two count 0 ... value and start again.
__EMU_ATOMIC(atomicInc, unsigned, old >= value ? 0 : old + 1)
__EMU_ATOMIC(atomicDec, unsigned, old == 0 || old > value ? value : old - 1)

__EMU_ATOMIC_FOR_INTEGERS(atomicAnd, old & value)
__EMU_ATOMIC_FOR_INTEGERS(atomicOr, old | value)
__EMU_ATOMIC_FOR_INTEGERS(atomicXor, old ^ value)
#undef __EMU_ATOMIC_FOR_INTEGERS
#undef __EMU_ATOMIC

#define __EMU_COMPARE_AND_SWAP(T)                      \
  inline T atomicCAS(T* address, T compare, T value) { \
    const T old = *address;                            \
    if (old == compare) *address = value;              \
    return old;                                        \
  }

__EMU_COMPARE_AND_SWAP(int)
__EMU_COMPARE_AND_SWAP(unsigned)
__EMU_COMPARE_AND_SWAP(unsigned long long)
__EMU_COMPARE_AND_SWAP(unsigned short)
#undef __EMU_COMPARE_AND_SWAP
