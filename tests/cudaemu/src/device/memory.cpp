// Device memory is memory of the host: pages of its own for every allocation, with a page in front
// and a page behind that nobody may touch.
#include "memory.h"

#include <cuda_runtime_api.h>
#include <string.h>
#include <sys/mman.h>

#include "canary.h"
#include "devices.h"
#include "emu_internal.h"
#include "settings.h"

namespace emu {
namespace {

constexpr size_t kPage = 4096;

// What vector loads (float4) need. cudaMalloc promises 256 bytes ("Device Memory Accesses" of the
// Programming Guide), which is kept where guarding is off.
constexpr size_t kTightAlignment = 16;

// Fresh device memory holds NaN (-1 as an integer): a kernel that counts on zeros is wrong on a
// GPU, where they are there only by accident. Larger blocks (CuPy's pool for huge arrays) are left
// untouched, since writing would make the host back all of them with memory.
constexpr size_t kPoisonLimit = size_t{256} << 20;
constexpr int kPoison = 0xff;

size_t round_up(size_t n, size_t unit) {
  return (n + unit - 1) / unit * unit;
}

// Pages between two guard pages, or null.
char* map_between_guards(size_t bytes) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* all = mmap(nullptr, bytes + 2 * kPage, PROT_NONE, flags, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  char* pages = static_cast<char*>(all) + kPage;
  mprotect(pages, bytes, PROT_READ | PROT_WRITE);
  return pages;
}

bool device_is_full(size_t size, size_t pages) {
  return pages < size || allocations::device_bytes() + pages > settings().memory;
}

}  // namespace

int allocate(void** out, size_t size, MemoryKind kind) {
  if (!out) return cudaErrorInvalidValue;
  *out = nullptr;
  if (size == 0) return cudaSuccess;  // cudaMalloc of nothing succeeds with a null pointer
  const bool on_device = kind == MemoryKind::kDevice;
  const size_t bytes = round_up(size, kPage);
  if (on_device && device_is_full(size, bytes)) return cudaErrorMemoryAllocation;
  char* pages = map_between_guards(bytes);
  if (!pages) return cudaErrorMemoryAllocation;

  const bool tight = on_device && settings().guard;
  char* begin = tight ? pages + (bytes - round_up(size, kTightAlignment)) : pages;
  const Allocation allocation = {begin, size, kind, device(), pages, bytes, tight};
  if (on_device && size <= kPoisonLimit) memset(begin, kPoison, size);
  if (tight) fill_canary(allocation);
  allocations::add(allocation);
  if (on_device) {
    count(C_MALLOC);
    count(C_MALLOC_BYTES, size);
  } else {
    count(C_HOST_ALLOC);
  }
  *out = begin;
  return cudaSuccess;
}

int release(void* p, MemoryKind kind) {
  if (!p) return cudaSuccess;  // cudaFree(null) does nothing
  const bool intact = canaries_intact("somebody");
  const auto taken = allocations::take(p, [kind](const Allocation& allocation) {
    return allocation.pages && allocation.kind == kind;
  });
  if (!taken) {
    emu_complain("free of %p, which is no live allocation of this kind", p);
    return cudaErrorInvalidValue;
  }
  // Unmapped, so that a use after free faults and is reported as an illegal address.
  munmap(taken->pages - kPage, taken->page_bytes + 2 * kPage);
  if (kind == MemoryKind::kDevice) count(C_FREE);
  return intact ? cudaSuccess : cudaErrorIllegalAddress;
}

}  // namespace emu
