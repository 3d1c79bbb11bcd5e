#include "copies.h"

#include <string.h>

#include "allocations.h"
#include "api.h"
#include "capture.h"
#include "emu_internal.h"
#include "errors.h"
#include "streams.h"

namespace emu {
namespace {

struct Direction {
  const char* name;
  bool from_device;
  bool to_device;
  int counter;        // of the copies
  int bytes_counter;  // of their bytes
};

// By cudaMemcpyKind.
const Direction directions[] = {
    {"HostToHost", false, false, C_H2H, C_H2H_BYTES},
    {"HostToDevice", false, true, C_H2D, C_H2D_BYTES},
    {"DeviceToHost", true, false, C_D2H, C_D2H_BYTES},
    {"DeviceToDevice", true, true, C_D2D, C_D2D_BYTES},
};

// cudaMemcpyDefault: "the type of transfer is inferred from the pointer values" (Runtime API,
// cudaMemcpyKind). Null: no such kind.
const Direction* direction_of(const void* to, const void* from, cudaMemcpyKind kind) {
  if (kind == cudaMemcpyDefault) {
    const bool to_device = emu_is_device_ptr(to);
    const bool from_device = emu_is_device_ptr(from);
    return &directions[(from_device ? 2 : 0) + (to_device ? 1 : 0)];
  }
  return kind >= 0 && kind <= cudaMemcpyDeviceToDevice ? &directions[kind] : nullptr;
}

// "Calling cudaMemcpy() with dst and src pointers that do not match the direction of the copy
// results in an undefined behavior" (Runtime API, cudaMemcpy): here it is an error.
bool pointer_is_where_promised(const char* side, const void* p, size_t n, bool on_device,
                               const Direction& direction) {
  if (n == 0 || (on_device == emu_is_device_ptr(p) && (!on_device || allocations::holds(p, n)))) {
    return true;
  }
  emu_complain("memcpy %s of %zu bytes: the %s %p is %s", direction.name, n, side, p,
               on_device ? "not inside a live device allocation" : "device memory");
  return false;
}

}  // namespace

int copy(void* to, const void* from, size_t n, cudaMemcpyKind kind, cudaStream_t stream,
         HostWaits waits) {
  const Direction* direction = direction_of(to, from, kind);
  if (!direction) return cudaErrorInvalidMemcpyDirection;
  const auto as_promised = [=] {
    return pointer_is_where_promised("destination", to, n, direction->to_device, *direction) &&
           pointer_is_where_promised("source", from, n, direction->from_device, *direction);
  };
  if (!as_promised()) return cudaErrorInvalidValue;
  // "For transfers from device memory to device memory, no host-side synchronization is
  // performed" (Runtime API, "API synchronization behavior").
  const bool both_on_device = direction->from_device && direction->to_device;
  if (waits == HostWaits::kYes) {
    if (const int error = capture::check_unsafe_call()) return error;
    if (!both_on_device) count(C_SYNC_MEMCPY);
  }
  const auto body = [=]() -> int {
    if (!as_promised()) return cudaErrorIllegalAddress;  // freed before the launch of a graph
    memmove(to, from, n);
    return cudaSuccess;
  };
  return submit(stream, {direction->counter, "a memcpy", body, direction->bytes_counter, n});
}

int fill(void* to, int value, size_t n, cudaStream_t stream) {
  const auto is_inside = [=] {
    if (n == 0 || (emu_is_device_ptr(to) && allocations::holds(to, n))) return true;
    emu_complain("memset of %zu bytes: %p is not inside a live device allocation", n, to);
    return false;
  };
  if (!is_inside()) return cudaErrorInvalidValue;
  const auto body = [=]() -> int {
    if (!is_inside()) return cudaErrorIllegalAddress;  // freed before the launch of a graph
    memset(to, value, n);
    return cudaSuccess;
  };
  return submit(stream, {C_MEMSET, "a memset", body, C_MEMSET_BYTES, n});
}

}  // namespace emu

using emu::remember;

EMU_API cudaError_t cudaMemcpy(void* to, const void* from, size_t n, cudaMemcpyKind kind) {
  return remember(emu::copy(to, from, n, kind, nullptr, emu::HostWaits::kYes));
}

EMU_API cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t n, cudaMemcpyKind kind,
                                    cudaStream_t stream) {
  return remember(emu::copy(to, from, n, kind, stream, emu::HostWaits::kNo));
}

EMU_API cudaError_t cudaMemset(void* to, int value, size_t n) {
  return remember(emu::fill(to, value, n, nullptr));
}

EMU_API cudaError_t cudaMemsetAsync(void* to, int value, size_t n, cudaStream_t stream) {
  return remember(emu::fill(to, value, n, stream));
}
