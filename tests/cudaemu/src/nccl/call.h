// One call of NCCL's: what it was given.
#pragma once
#include <string>

#include "communicator.h"
#include "elements.h"

namespace nccl {

enum class CallKind {
  kAllReduce,
  kBroadcast,
  kReduce,
  kAllGather,
  kReduceScatter,
  kSend,
  kReceive
};

struct Call {
  CallKind kind;
  const void* send;
  void* receive;
  size_t count;
  ncclDataType_t type;
  ncclRedOp_t op;
  int root;  // or the peer of a send or receive; 0 where there is none
  SharedComm comm;
  void* stream;

  const char* name() const;
  bool is_collective() const { return kind < CallKind::kSend; }
  size_t element_size() const { return size_of(type); }
  Operation operation() const;

  // How many elements this rank reads from `send` and writes to `receive`.
  size_t sends() const;
  size_t receives() const;
};

// Of what a rank does, for complaints.
std::string describe(const Operation& operation);

// Can the call be made? Says on stderr why not.
ncclResult_t check(const Call& call);

// Does the device of the communicator reach all memory of the call? Says on stderr what it does
// not.
bool memory_is_live(const Call& call);

}  // namespace nccl
