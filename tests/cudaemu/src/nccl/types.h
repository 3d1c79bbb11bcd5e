// The types of NCCL, with the names and numbers of its nccl.h ("Types" of the NCCL API).
#pragma once
#include <stddef.h>
#include <stdint.h>

enum ncclResult_t {
  ncclSuccess = 0,
  ncclUnhandledCudaError = 1,
  ncclSystemError = 2,
  ncclInternalError = 3,
  ncclInvalidArgument = 4,
  ncclInvalidUsage = 5,
  ncclRemoteError = 6,
};

enum ncclDataType_t {
  ncclInt8 = 0,
  ncclUint8 = 1,
  ncclInt32 = 2,
  ncclUint32 = 3,
  ncclInt64 = 4,
  ncclUint64 = 5,
  ncclFloat16 = 6,
  ncclFloat32 = 7,
  ncclFloat64 = 8,
  ncclBfloat16 = 9,
};

enum ncclRedOp_t { ncclSum = 0, ncclProd = 1, ncclMax = 2, ncclMin = 3, ncclAvg = 4 };

struct ncclUniqueId {
  char internal[128];
};

struct ncclConfig_t;

namespace nccl {
struct Comm;
}
using ncclComm_t = nccl::Comm*;

// CuPy's module finds these functions by name.
#define NCCL_API extern "C" __attribute__((visibility("default")))
