#include "allocations.h"

#include <map>
#include <mutex>

#include "devices.h"
#include "emu_internal.h"

namespace emu::allocations {
namespace {

std::mutex mutex;
std::map<const char*, Allocation> table;  // by the first byte
std::map<int, size_t> bytes_in_use;       // by the device
size_t canaries = 0;

size_t weight(const Allocation& allocation) {
  return allocation.kind == MemoryKind::kDevice ? allocation.page_bytes : 0;
}

// The last allocation that begins at or before p. The mutex is held.
const Allocation* at_or_before(const void* p) {
  auto next = table.upper_bound(static_cast<const char*>(p));
  return next == table.begin() ? nullptr : &std::prev(next)->second;
}

// Devices do not reach each other's memory (cudaDeviceCanAccessPeer); all reach that of the host.
bool is_reachable(const Allocation& allocation) {
  return allocation.kind == MemoryKind::kPinnedHost || allocation.device == device();
}

}  // namespace

void add(const Allocation& allocation) {
  std::lock_guard<std::mutex> lock(mutex);
  table[allocation.begin] = allocation;
  bytes_in_use[allocation.device] += weight(allocation);
  canaries += allocation.canary;
}

std::optional<Allocation> take(const void* p, const std::function<bool(const Allocation&)>& fits) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = table.find(static_cast<const char*>(p));
  if (found == table.end() || !fits(found->second)) return std::nullopt;
  const Allocation allocation = found->second;
  table.erase(found);
  bytes_in_use[allocation.device] -= weight(allocation);
  canaries -= allocation.canary;
  return allocation;
}

std::optional<Allocation> containing(const void* p) {
  std::lock_guard<std::mutex> lock(mutex);
  const Allocation* found = at_or_before(p);
  if (!found || static_cast<const char*>(p) >= found->end()) return std::nullopt;
  return *found;
}

bool holds(const void* p, size_t n) {
  if (!p || n == 0) return true;
  const auto found = containing(p);
  return found && n <= static_cast<size_t>(found->end() - static_cast<const char*>(p));
}

bool touches(const void* p) {
  std::lock_guard<std::mutex> lock(mutex);
  const Allocation* found = at_or_before(p);
  return found && static_cast<const char*>(p) <= found->end() && is_reachable(*found);
}

void for_each(const std::function<void(const Allocation&)>& visit) {
  std::lock_guard<std::mutex> lock(mutex);
  for (const auto& entry : table)
    visit(entry.second);
}

size_t with_canary() {
  std::lock_guard<std::mutex> lock(mutex);
  return canaries;
}

size_t device_bytes() {
  std::lock_guard<std::mutex> lock(mutex);
  return bytes_in_use[device()];
}

}  // namespace emu::allocations

bool emu_device_ok(const void* p, size_t n) {
  if (!p || n == 0) return true;
  return emu::allocations::holds(p, n) && emu::allocations::touches(p);
}

bool emu_is_device_ptr(const void* p) {
  const auto found = emu::allocations::containing(p);
  return found && found->kind == emu::MemoryKind::kDevice;
}
