// Groups: what is called between ncclGroupStart and the ncclGroupEnd that belongs to it is done at
// the end, at once. A call outside is a group of its own.
#pragma once
#include "call.h"

namespace nccl {

// The calls of a group, by this thread. Each returns what is wrong with the call itself, or, where
// no group is open, how it went.
ncclResult_t add(const Call& call);
ncclResult_t add_meeting(const SharedComm& comm);

// Returns the error, and lets the group that is open do nothing.
ncclResult_t refuse(ncclResult_t error);

// Is a group open in this thread?
bool in_group();

}  // namespace nccl

NCCL_API ncclResult_t ncclGroupStart();
NCCL_API ncclResult_t ncclGroupEnd();
