#include "allocations.h"

#include <map>
#include <mutex>

#include "emu_internal.h"

namespace emu::allocations {
namespace {

std::mutex mutex;
std::map<const char*, Allocation> table;  // by the first byte
size_t device_bytes_in_use = 0;
size_t canaries = 0;

size_t weight(const Allocation& allocation) {
  return allocation.kind == MemoryKind::kDevice ? allocation.page_bytes : 0;
}

// The last allocation that begins at or before p. The mutex is held.
const Allocation* at_or_before(const void* p) {
  auto next = table.upper_bound(static_cast<const char*>(p));
  return next == table.begin() ? nullptr : &std::prev(next)->second;
}

}  // namespace

void add(const Allocation& allocation) {
  std::lock_guard<std::mutex> lock(mutex);
  table[allocation.begin] = allocation;
  device_bytes_in_use += weight(allocation);
  canaries += allocation.canary;
}

std::optional<Allocation> take(const void* p, const std::function<bool(const Allocation&)>& fits) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = table.find(static_cast<const char*>(p));
  if (found == table.end() || !fits(found->second)) return std::nullopt;
  const Allocation allocation = found->second;
  table.erase(found);
  device_bytes_in_use -= weight(allocation);
  canaries -= allocation.canary;
  return allocation;
}

std::optional<Allocation> containing(const void* p) {
  std::lock_guard<std::mutex> lock(mutex);
  const Allocation* found = at_or_before(p);
  if (!found || static_cast<const char*>(p) >= found->end()) return std::nullopt;
  return *found;
}

bool touches(const void* p) {
  std::lock_guard<std::mutex> lock(mutex);
  const Allocation* found = at_or_before(p);
  return found && static_cast<const char*>(p) <= found->end();
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
  return device_bytes_in_use;
}

}  // namespace emu::allocations

bool emu_device_ok(const void* p, size_t n) {
  if (!p || n == 0) return true;
  const auto found = emu::allocations::containing(p);
  return found && n <= static_cast<size_t>(found->end() - static_cast<const char*>(p));
}

bool emu_is_device_ptr(const void* p) {
  const auto found = emu::allocations::containing(p);
  return found && found->kind == emu::MemoryKind::kDevice;
}
