// The functions of NCCL that move and reduce ("Collective Communication Functions" and "Point To
// Point Communication Functions" of the NCCL API).
#include "group.h"

namespace nccl {
namespace {

ncclResult_t add(CallKind kind, const void* send, void* receive, size_t count, ncclDataType_t type,
                 ncclRedOp_t op, int root, ncclComm_t handle, void* stream) {
  Call call = {kind, send, receive, count, type, op, root, nullptr, stream};
  call.comm = find(handle, call.name());
  return call.comm ? add(call) : refuse(ncclInvalidArgument);
}

}  // namespace
}  // namespace nccl

using namespace nccl;

NCCL_API ncclResult_t ncclAllReduce(const void* send, void* receive, size_t count,
                                    ncclDataType_t type, ncclRedOp_t op, ncclComm_t comm,
                                    void* stream) {
  return add(CallKind::kAllReduce, send, receive, count, type, op, 0, comm, stream);
}

NCCL_API ncclResult_t ncclBroadcast(const void* send, void* receive, size_t count,
                                    ncclDataType_t type, int root, ncclComm_t comm, void* stream) {
  return add(CallKind::kBroadcast, send, receive, count, type, ncclSum, root, comm, stream);
}

NCCL_API ncclResult_t ncclBcast(void* buffer, size_t count, ncclDataType_t type, int root,
                                ncclComm_t comm, void* stream) {
  return ncclBroadcast(buffer, buffer, count, type, root, comm, stream);
}

NCCL_API ncclResult_t ncclReduce(const void* send, void* receive, size_t count, ncclDataType_t type,
                                 ncclRedOp_t op, int root, ncclComm_t comm, void* stream) {
  return add(CallKind::kReduce, send, receive, count, type, op, root, comm, stream);
}

// `count` is that of one rank.
NCCL_API ncclResult_t ncclAllGather(const void* send, void* receive, size_t count,
                                    ncclDataType_t type, ncclComm_t comm, void* stream) {
  return add(CallKind::kAllGather, send, receive, count, type, ncclSum, 0, comm, stream);
}

NCCL_API ncclResult_t ncclReduceScatter(const void* send, void* receive, size_t count,
                                        ncclDataType_t type, ncclRedOp_t op, ncclComm_t comm,
                                        void* stream) {
  return add(CallKind::kReduceScatter, send, receive, count, type, op, 0, comm, stream);
}

NCCL_API ncclResult_t ncclSend(const void* send, size_t count, ncclDataType_t type, int peer,
                               ncclComm_t comm, void* stream) {
  return add(CallKind::kSend, send, nullptr, count, type, ncclSum, peer, comm, stream);
}

NCCL_API ncclResult_t ncclRecv(void* receive, size_t count, ncclDataType_t type, int peer,
                               ncclComm_t comm, void* stream) {
  return add(CallKind::kReceive, nullptr, receive, count, type, ncclSum, peer, comm, stream);
}
