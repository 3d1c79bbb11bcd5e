// The functions of NCCL about communicators ("Communicator Creation and Management Functions" of
// the NCCL API).
#include "device/devices.h"
#include "emu_internal.h"
#include "group.h"

namespace nccl {
namespace {

constexpr int kVersion = 22707;

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

ncclResult_t begin_all(ncclComm_t* out, int devices, const int* list, const ncclUniqueId& id) {
  for (int rank = 0; rank < devices; rank++) {
    if (!emu::set_device(list ? list[rank] : rank)) return refuse(ncclInvalidArgument);
    if (const ncclResult_t error = begin(&out[rank], devices, id, rank)) return error;
  }
  return ncclSuccess;
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

NCCL_API ncclResult_t ncclCommInitAll(ncclComm_t* comms, int devices, const int* list) {
  ncclUniqueId id;
  if (const ncclResult_t error = Segment::create(&id)) return error;
  const emu::OnDevice this_again(emu::device());
  ncclGroupStart();
  const ncclResult_t error = begin_all(comms, devices, list, id);
  const ncclResult_t met = ncclGroupEnd();
  return error ? error : met;
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
  for (int rank = 0; rank < comm->ranks(); rank++) {
    const Rank& other = comm->segment->rank(rank);
    if (comm->error || other.presence == Presence::kDestroyed) continue;
    const std::string loss = loss_of(*comm, rank);
    if (!loss.empty()) fail(comm.get(), ncclRemoteError, loss);
  }
  *error = static_cast<ncclResult_t>(comm->error.load());
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
