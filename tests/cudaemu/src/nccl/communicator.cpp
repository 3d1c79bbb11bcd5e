#include "communicator.h"

#include <map>

#include "device/devices.h"
#include "emu_internal.h"
#include "patience.h"

namespace nccl {
namespace {

std::mutex mutex;
std::map<ncclComm_t, SharedComm> communicators;

std::string name_of(const Comm& comm, int rank) {
  return "rank " + std::to_string(rank) + " (process " +
         std::to_string(comm.segment->rank(rank).process.number) + ")";
}

ncclResult_t refuse(Segment* segment, ncclResult_t error, const std::string& why) {
  segment->set_broken();
  emu_complain("ncclCommInitRank: %s", why.c_str());
  return error;
}

bool is_here(const Comm& comm, int rank) {
  return comm.segment->rank(rank).presence >= Presence::kHere;
}

// The ranks that have not come; empty: all have.
std::vector<int> absent(const Comm& comm) {
  std::vector<int> ranks;
  for (int rank = 0; rank < comm.ranks(); rank++)
    if (!is_here(comm, rank)) ranks.push_back(rank);
  return ranks;
}

// Why the ranks will never be complete; empty: there is no reason.
std::string obstacle(const Comm& comm) {
  for (int rank = 0; rank < comm.ranks(); rank++) {
    const std::string loss = is_here(comm, rank) ? loss_of(comm, rank) : "";
    if (!loss.empty()) return loss;
  }
  if (comm.segment->is_broken()) return "another rank was refused";
  return is_alive(comm.segment->creator()) ? "" : "the process that made the id has died";
}

// As NCCL words it; empty: each rank has a device of its own.
std::string shared_device(const Comm& comm) {
  for (int a = 0; a < comm.ranks(); a++) {
    for (int b = a + 1; b < comm.ranks(); b++) {
      const int device = comm.segment->rank(a).device;
      if (device != comm.segment->rank(b).device) continue;
      return "Duplicate GPU detected : rank " + std::to_string(a) + " and rank " +
             std::to_string(b) + " both on CUDA device " + std::to_string(device) +
             "; CUDAEMU_DEVICES sets how many there are";
    }
  }
  return "";
}

ncclResult_t wait_for_all(Comm* comm) {
  for (Patience patience; !absent(*comm).empty(); patience.pause()) {
    if (!patience.is_time_to_look()) continue;
    const std::string why = obstacle(*comm);
    if (!why.empty()) return fail(comm, ncclRemoteError, "ncclCommInitRank: " + why);
    if (patience.is_over()) {
      return fail(comm, ncclSystemError, "ncclCommInitRank: " + patience.verdict(absent(*comm)));
    }
  }
  return ncclSuccess;
}

}  // namespace

ncclResult_t join(SharedComm* out, int ranks, const ncclUniqueId& id, int rank, int device) {
  if (ranks < 1 || rank < 0 || rank >= ranks) {
    emu_complain("ncclCommInitRank: no rank %d among %d", rank, ranks);
    return ncclInvalidArgument;
  }
  auto comm = std::make_shared<Comm>();
  comm->segment = Segment::open(id, ranks);
  if (!comm->segment) return ncclInvalidArgument;
  comm->rank = rank;
  comm->id = id;
  comm->device = device;
  Presence nobody = Presence::kAbsent;
  if (!comm->mine().presence.compare_exchange_strong(nobody, Presence::kJoining)) {
    return refuse(comm->segment.get(), ncclInvalidUsage,
                  "there is a rank " + std::to_string(rank) + " already");
  }
  comm->mine().process = this_process();
  comm->mine().device = emu::physical_device(device);
  comm->mine().presence = Presence::kHere;
  *out = comm;
  return ncclSuccess;
}

ncclResult_t meet(Comm* comm) {
  const ncclResult_t error = wait_for_all(comm);
  Segment::forget(comm->id);
  if (error) return error;
  const std::string why = shared_device(*comm);
  return why.empty() ? ncclSuccess : fail(comm, ncclInvalidUsage, why);
}

SharedComm find(ncclComm_t handle, const char* call) {
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = communicators.find(handle);
  if (found != communicators.end()) return found->second;
  emu_complain("%s: %p is no communicator (destroyed? aborted?)", call, static_cast<void*>(handle));
  return nullptr;
}

ncclComm_t keep(const SharedComm& comm) {
  std::lock_guard<std::mutex> lock(mutex);
  communicators[comm.get()] = comm;
  return comm.get();
}

void release(ncclComm_t handle) {
  std::lock_guard<std::mutex> lock(mutex);
  communicators.erase(handle);
}

ncclResult_t fail(Comm* comm, ncclResult_t error, const std::string& why) {
  emu_complain("rank %d: %s", comm->rank, why.c_str());
  end(comm, error, Presence::kFailed);
  return error;
}

// The first end counts.
void end(Comm* comm, ncclResult_t error, Presence presence) {
  int before = ncclSuccess;
  if (comm->error.compare_exchange_strong(before, error)) comm->mine().presence = presence;
}

std::string loss_of(const Comm& comm, int rank) {
  const Rank& other = comm.segment->rank(rank);
  switch (other.presence) {
    case Presence::kDestroyed: return name_of(comm, rank) + " has destroyed its communicator";
    case Presence::kFailed: return name_of(comm, rank) + " has failed or aborted";
    default: return is_alive(other.process) ? "" : name_of(comm, rank) + " has died";
  }
}

}  // namespace nccl
