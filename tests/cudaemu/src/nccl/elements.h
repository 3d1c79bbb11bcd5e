// Elements of the types that NCCL knows, and what the reductions do with them.
#pragma once
#include "types.h"

namespace nccl {

// Bytes of an element; 0: no type that is emulated.
size_t size_of(ncclDataType_t type);

const char* name_of(ncclDataType_t type);

bool is_reduction(ncclRedOp_t op);

// out[i] = op over the ranks of inputs[rank][i], from rank 0 upwards, so that every rank that
// reduces the same inputs gets the same bits.
void reduce(ncclDataType_t type, ncclRedOp_t op, const char* const* inputs, int ranks, size_t n,
            void* out);

}  // namespace nccl
