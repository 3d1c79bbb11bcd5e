// The functions of NCCL about communicators ("Communicator Creation and Management Functions" of
// the NCCL API).
#include <algorithm>

#include "device/devices.h"
#include "emu_internal.h"
#include "group.h"

namespace nccl {
namespace {

constexpr int kVersion = 22707;  // for which CuPy's wheel was built

// Takes the place of a rank on the current device; the handle is valid when all have met.
ncclResult_t begin(ncclComm_t* out, int ranks, const ncclUniqueId& id, int rank) {
  SharedComm comm;
  if (const ncclResult_t error = join(&comm, ranks, id, rank, emu::device())) return refuse(error);
  *out = keep(comm);
  const ncclResult_t error = add_meeting(comm);
  if (error) {
    release(*out);
    *out = nullptr;
  }
  return error;
}

void begin_all(ncclComm_t* out, int ranks, const int* devices, const ncclUniqueId& id) {
  std::fill_n(out, ranks, nullptr);
  for (int rank = 0; rank < ranks; rank++) {
    const bool is_there = emu::set_device(devices ? devices[rank] : rank);
    const ncclResult_t error =
        is_there ? begin(&out[rank], ranks, id, rank) : refuse(ncclInvalidArgument);
    if (error) return;
  }
}

// Has a rank died, failed or aborted? What was destroyed left in order.
bool any_is_lost(const Comm& comm) {
  for (int rank = 0; rank < comm.ranks(); rank++) {
    const bool left = comm.segment->rank(rank).presence == Presence::kDestroyed;
    if (!left && !loss_of(comm, rank).empty()) return true;
  }
  return false;
}

}  // namespace
}  // namespace nccl

using namespace nccl;

NCCL_API ncclResult_t ncclGetVersion(int* version) {
  *version = kVersion;
  return ncclSuccess;
}

NCCL_API const char* ncclGetErrorString(ncclResult_t result) {
  switch (result) {
    case ncclSuccess: return "no error";
    case ncclUnhandledCudaError:
      return "unhandled cuda error (run with NCCL_DEBUG=INFO for details)";
    case ncclSystemError: return "unhandled system error (run with NCCL_DEBUG=INFO for details)";
    case ncclInternalError:
      return "internal error - please report this issue to the NCCL developers";
    case ncclInvalidArgument: return "invalid argument (run with NCCL_DEBUG=WARN for details)";
    case ncclInvalidUsage: return "invalid usage (run with NCCL_DEBUG=WARN for details)";
    case ncclRemoteError: return "remote process exited or there was a network error";
    default: return "unknown result code";
  }
}

NCCL_API ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  return Segment::create(id);
}

// What the configuration says of blocks and networks means nothing here.
NCCL_API ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank,
                                             const ncclConfig_t*) {
  return begin(comm, ranks, id, rank);
}

NCCL_API ncclResult_t ncclCommInitAll(ncclComm_t* comms, int ranks, const int* devices) {
  ncclUniqueId id;
  if (const ncclResult_t error = Segment::create(&id)) return error;
  const emu::OnDevice this_again(emu::device());
  ncclGroupStart();
  begin_all(comms, ranks, devices, id);  // the group knows of an error
  const ncclResult_t error = ncclGroupEnd();
  if (error) std::for_each(comms, comms + ranks, release);
  return error;
}

// Calls that wait are not waited for: on this rank there are none, and each rank does its part for
// itself.
NCCL_API ncclResult_t ncclCommDestroy(ncclComm_t handle) {
  const SharedComm comm = find(handle, "ncclCommDestroy");
  if (!comm) return ncclInvalidArgument;
  end(comm.get(), ncclInvalidUsage, Presence::kDestroyed);
  release(handle);
  return ncclSuccess;
}

NCCL_API ncclResult_t ncclCommAbort(ncclComm_t handle) {
  const SharedComm comm = find(handle, "ncclCommAbort");
  if (!comm) return ncclInvalidArgument;
  end(comm.get(), ncclInternalError, Presence::kFailed);
  release(handle);
  return ncclSuccess;
}

NCCL_API ncclResult_t ncclCommGetAsyncError(ncclComm_t handle, ncclResult_t* error) {
  const SharedComm comm = find(handle, "ncclCommGetAsyncError");
  if (!comm) return ncclInvalidArgument;
  *error = static_cast<ncclResult_t>(comm->error.load());
  if (!*error && any_is_lost(*comm)) *error = ncclRemoteError;
  return ncclSuccess;
}

NCCL_API ncclResult_t ncclCommCount(ncclComm_t handle, int* count) {
  const SharedComm comm = find(handle, "ncclCommCount");
  if (!comm) return ncclInvalidArgument;
  *count = comm->ranks();
  return ncclSuccess;
}

NCCL_API ncclResult_t ncclCommCuDevice(ncclComm_t handle, int* device) {
  const SharedComm comm = find(handle, "ncclCommCuDevice");
  if (!comm) return ncclInvalidArgument;
  *device = comm->device;
  return ncclSuccess;
}

NCCL_API ncclResult_t ncclCommUserRank(ncclComm_t handle, int* rank) {
  const SharedComm comm = find(handle, "ncclCommUserRank");
  if (!comm) return ncclInvalidArgument;
  *rank = comm->rank;
  return ncclSuccess;
}
