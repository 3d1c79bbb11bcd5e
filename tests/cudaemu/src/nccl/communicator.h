// Communicators: a rank among others.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "segment.h"

namespace nccl {

struct Comm {
  std::unique_ptr<Segment> segment;
  int rank;
  int device;  // as this process numbers them
  ncclUniqueId id;
  uint64_t chunks = 0;                  // of collective calls, since the beginning
  std::atomic<int> error{ncclSuccess};  // what ncclCommGetAsyncError tells
  std::mutex in_use;                    // by a call

  int ranks() const { return segment->ranks(); }
  Rank& mine() const { return segment->rank(rank); }
};

using SharedComm = std::shared_ptr<Comm>;

// Takes the place of `rank`, with a device, and does not wait for the others.
ncclResult_t join(SharedComm* out, int ranks, const ncclUniqueId& id, int rank, int device);

// Waits for the others.
ncclResult_t meet(Comm* comm);

// Null, with a complaint of `call`: no communicator, or one that was destroyed or aborted.
SharedComm find(ncclComm_t handle, const char* call);

// The communicator becomes one that `find` finds, or no longer.
ncclComm_t keep(const SharedComm& comm);
void release(ncclComm_t handle);

// The communicator can be used no more. Says why on stderr, and returns the error.
ncclResult_t fail(Comm* comm, ncclResult_t error, const std::string& why);

// Ends what other threads do with the communicator: they get `error`, and other ranks do not wait
// for this one.
void end(Comm* comm, ncclResult_t error, Presence presence);

// Why nobody needs to wait for a rank; empty: there is no reason.
std::string loss_of(const Comm& comm, int rank);

}  // namespace nccl
