#include "call.h"

#include "device/devices.h"
#include "device/streams.h"
#include "emu_internal.h"

namespace nccl {
namespace {

// By CallKind.
constexpr const char* kNames[] = {"ncclAllReduce", "ncclBroadcast",     "ncclReduce",
                                  "ncclAllGather", "ncclReduceScatter", "ncclSend",
                                  "ncclRecv"};
// By ncclRedOp_t.
constexpr const char* kOps[] = {"sum", "prod", "max", "min", "avg"};

bool reduces(CallKind kind) {
  return kind == CallKind::kAllReduce || kind == CallKind::kReduce ||
         kind == CallKind::kReduceScatter;
}

bool has_root(CallKind kind) {
  return kind == CallKind::kBroadcast || kind == CallKind::kReduce;
}

bool is_live(const Call& call, const char* role, const void* p, size_t elements) {
  const size_t bytes = elements * call.element_size();
  if (bytes == 0 || (p && emu_device_ok(p, bytes))) return true;
  emu_complain("%s: the %s buffer %p is not %zu bytes of live device memory", call.name(), role, p,
               bytes);
  return false;
}

bool stream_is_of_device(const Call& call) {
  const emu::OnDevice on_device(call.comm->device);
  return emu::device_of(static_cast<cudaStream_t>(call.stream)) == call.comm->device;
}

}  // namespace

const char* Call::name() const {
  return kNames[static_cast<int>(kind)];
}

// A receive is compared with the send that it waits for.
Operation Call::operation() const {
  const CallKind compared = kind == CallKind::kReceive ? CallKind::kSend : kind;
  return {static_cast<int>(compared), type, op, has_root(kind) ? root : 0, count};
}

size_t Call::sends() const {
  switch (kind) {
    case CallKind::kBroadcast: return comm->rank == root ? count : 0;
    case CallKind::kReduceScatter: return count * static_cast<size_t>(comm->ranks());
    case CallKind::kReceive: return 0;
    default: return count;
  }
}

size_t Call::receives() const {
  switch (kind) {
    case CallKind::kReduce: return comm->rank == root ? count : 0;
    case CallKind::kAllGather: return count * static_cast<size_t>(comm->ranks());
    case CallKind::kSend: return 0;
    default: return count;
  }
}

std::string describe(const Operation& operation) {
  const auto kind = static_cast<CallKind>(operation.call);
  std::string words = kNames[operation.call];
  words += " of " + std::to_string(operation.count) + " " + name_of(operation.type);
  if (reduces(kind)) words += std::string(", ") + kOps[operation.op];
  if (has_root(kind)) words += ", root " + std::to_string(operation.root);
  return words;
}

ncclResult_t check(const Call& call) {
  if (size_of(call.type) == 0) {
    emu_complain("%s: no data type %d is emulated", call.name(), call.type);
  } else if (!is_reduction(call.op)) {
    emu_complain("%s: no reduction %d is emulated", call.name(), call.op);
  } else if (call.root < 0 || call.root >= call.comm->ranks()) {
    emu_complain("%s: no rank %d among %d", call.name(), call.root, call.comm->ranks());
  } else if (!stream_is_of_device(call)) {
    emu_complain("%s: the stream is of another device than the communicator", call.name());
  } else {
    return memory_is_live(call) ? ncclSuccess : ncclInvalidArgument;
  }
  return ncclInvalidArgument;
}

bool memory_is_live(const Call& call) {
  const emu::OnDevice on_device(call.comm->device);
  return is_live(call, "send", call.send, call.sends()) &&
         is_live(call, "receive", call.receive, call.receives());
}

}  // namespace nccl
