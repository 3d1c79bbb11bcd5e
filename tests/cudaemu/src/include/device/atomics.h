// Atomic functions. A launch runs on one thread of the host and changes fibers at barriers only,
// so plain operations are atomic.
#pragma once

#include "keywords.h"
#include "hooks.h"
#include "builtins.h"

#define __EMU_ATOMIC(N, T, EXPR)                                    \
  inline T atomic##N(T* p, T v) {                                   \
    T o = *p;                                                       \
    *p = (T)(EXPR);                                                 \
    return o;                                                       \
  }                                                                 \
  inline T atomic##N##_block(T* p, T v) { return atomic##N(p, v); } \
  inline T atomic##N##_system(T* p, T v) { return atomic##N(p, v); }
__EMU_ATOMIC(Add, int, o + (unsigned)v)
__EMU_ATOMIC(Add, unsigned, o + v)
__EMU_ATOMIC(Add, unsigned long long, o + v)
__EMU_ATOMIC(Add, float, o + v)
__EMU_ATOMIC(Add, double, o + v)
__EMU_ATOMIC(Sub, int, o - (unsigned)v)
__EMU_ATOMIC(Sub, unsigned, o - v)
__EMU_ATOMIC(Exch, int, v)
__EMU_ATOMIC(Exch, unsigned, v)
__EMU_ATOMIC(Exch, unsigned long long, v)
__EMU_ATOMIC(Exch, float, v)
#define __EMU_ATOMIC_I(N, E) \
  __EMU_ATOMIC(N, int, E) __EMU_ATOMIC(N, unsigned, E) __EMU_ATOMIC(N, unsigned long long, E)
__EMU_ATOMIC_I(Min, v < o ? v : o)
__EMU_ATOMIC(Min, long long, v < o ? v : o)
__EMU_ATOMIC_I(Max, v > o ? v : o)
__EMU_ATOMIC(Max, long long, v > o ? v : o)
__EMU_ATOMIC_I(And, o& v)
__EMU_ATOMIC_I(Or, o | v)
__EMU_ATOMIC_I(Xor, o ^ v)
__EMU_ATOMIC(Inc, unsigned, o >= v ? 0 : o + 1)
__EMU_ATOMIC(Dec, unsigned, o == 0 || o > v ? v : o - 1)
#define __EMU_CAS(T)                   \
  inline T atomicCAS(T* p, T c, T v) { \
    T o = *p;                          \
    if (o == c) *p = v;                \
    return o;                          \
  }
__EMU_CAS(int)
__EMU_CAS(unsigned)
__EMU_CAS(unsigned long long)
__EMU_CAS(unsigned short)
