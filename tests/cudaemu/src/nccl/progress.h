// Doing several calls at once, as far as each of them can go.
#pragma once
#include <vector>

#include "call.h"

namespace nccl {

// Does the calls, and waits for the ranks that they need. A call waits for those before it that
// go the same way: of a communicator the collective ones, and those to or from one peer.
ncclResult_t carry_out(const std::vector<Call>& calls);

}  // namespace nccl
