#include "group.h"

#include <cuda_runtime_api.h>

#include <utility>

#include "emu_internal.h"
#include "progress.h"

namespace nccl {
namespace {

struct Group {
  int depth = 0;
  ncclResult_t error = ncclSuccess;  // of the first call that was refused
  std::vector<SharedComm> meetings;
  std::vector<Call> calls;
};

thread_local Group open_group;

// The calls of a group on their streams: one piece of work each, the last of which does them all.
class Batch {
 public:
  explicit Batch(const std::vector<Call>& calls) : calls_(calls) {}

  int run() {
    for (const Call& call : calls_) {
      if (memory_is_live(call)) continue;  // freed before the launch of a graph
      end(call.comm.get(), ncclUnhandledCudaError, Presence::kFailed);
      return cudaErrorIllegalAddress;
    }
    result_ = carry_out(calls_);
    return result_ == ncclSuccess ? cudaSuccess : cudaErrorLaunchFailure;
  }

  ncclResult_t result() const { return result_; }

 private:
  std::vector<Call> calls_;
  ncclResult_t result_ = ncclSuccess;
};

// The last piece of work would be done before the others, or after what follows them: which, the
// order of a graph's launch decides.
bool several_streams_capture(const std::vector<Call>& calls) {
  bool several = false, captures = false;
  for (const Call& call : calls)
    several |= call.stream != calls.front().stream;
  for (const Call& call : calls)
    captures |= several && emu_invalidate_capture(call.stream);
  return captures;
}

ncclResult_t submit(const std::vector<Call>& calls) {
  if (several_streams_capture(calls)) {
    emu_complain("ncclGroupEnd: a group in several streams cannot be captured here");
    return ncclInvalidUsage;
  }
  const auto batch = std::make_shared<Batch>(calls);
  for (size_t i = 0; i < calls.size(); i++) {
    const bool last = i + 1 == calls.size();
    const int error = emu_submit(calls[i].stream, C_LIB_CALL_NCCL, calls[i].name(),
                                 [=]() -> int { return last ? batch->run() : cudaSuccess; });
    if (batch->result()) return batch->result();
    if (error) return ncclUnhandledCudaError;
  }
  return ncclSuccess;
}

ncclResult_t carry_out(const Group& group) {
  if (group.error) return group.error;
  for (const SharedComm& comm : group.meetings)
    if (const ncclResult_t error = meet(comm.get())) return error;
  return submit(group.calls);
}

}  // namespace

ncclResult_t refuse(ncclResult_t error) {
  if (in_group() && !open_group.error) open_group.error = error;
  return error;
}

bool in_group() {
  return open_group.depth > 0;
}

ncclResult_t add(const Call& call) {
  if (const ncclResult_t error = check(call)) return refuse(error);
  if (!in_group()) return submit({call});
  open_group.calls.push_back(call);
  return ncclSuccess;
}

ncclResult_t add_meeting(const SharedComm& comm) {
  if (!in_group()) return meet(comm.get());
  open_group.meetings.push_back(comm);
  return ncclSuccess;
}

}  // namespace nccl

using namespace nccl;

NCCL_API ncclResult_t ncclGroupStart() {
  open_group.depth++;
  return ncclSuccess;
}

NCCL_API ncclResult_t ncclGroupEnd() {
  if (!in_group()) {
    emu_complain("ncclGroupEnd: no group is open");
    return ncclInvalidUsage;
  }
  if (--open_group.depth > 0) return ncclSuccess;
  const Group group = std::exchange(open_group, {});
  return carry_out(group);
}
