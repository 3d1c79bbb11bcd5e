// The matrix product as plain loops, for any types of storage and accumulator.
#pragma once

#include <vector>

#include "blas.h"

template <class Accumulator, class AB, class C>
void gemm_loops(int op_a, int op_b, long m, long n, long k, Accumulator alpha, const AB* a,
                long lead_a, const AB* b, long lead_b, Accumulator beta, C* c, long lead_c) {
  std::vector<Accumulator> packed((size_t)m * k), column(m);  // op(A), one column after the other
  for (long p = 0; p < k; p++) {
    for (long i = 0; i < m; i++) packed[i + p * m] = (Accumulator)element(a, lead_a, op_a, i, p);
  }
  for (long j = 0; j < n; j++) {
    std::fill(column.begin(), column.end(), Accumulator(0));
    for (long p = 0; p < k; p++) {
      const Accumulator factor = (Accumulator)element(b, lead_b, op_b, p, j);
      const Accumulator* from = packed.data() + p * m;
      for (long i = 0; i < m; i++) column[i] += from[i] * factor;
    }
    for (long i = 0; i < m; i++) {
      C& out = c[i + j * lead_c];
      out = (C)blend(alpha, column[i], beta, beta == Accumulator(0) ? beta : (Accumulator)out);
    }
  }
}
