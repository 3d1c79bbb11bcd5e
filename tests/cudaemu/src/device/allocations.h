// The table of live allocations. It tells device from host pointers, and inside from outside.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <optional>

namespace emu {

enum class MemoryKind { kDevice, kPinnedHost };

struct Allocation {
  char* begin;
  size_t size;
  MemoryKind kind;
  int device;         // of device memory
  char* pages;        // the first byte between the guard pages; null: a variable of a module
  size_t page_bytes;  // between the guard pages
  bool canary;        // the bytes of the pages around the allocation hold the canary

  const char* end() const { return begin + size; }
};

namespace allocations {

void add(const Allocation& allocation);

// Takes the allocation that begins at p out of the table, if it is there and `fits`.
std::optional<Allocation> take(const void* p, const std::function<bool(const Allocation&)>& fits);

// The allocation that p points into; a pointer one past the end points into none.
std::optional<Allocation> containing(const void* p);

// Is [p, p + n) inside one live allocation, of whatever device? Null and 0 bytes are.
bool holds(const void* p, size_t n);

// Does p point into an allocation that the current device can reach, or one past its end?
bool touches(const void* p);

void for_each(const std::function<void(const Allocation&)>& visit);

// How many live allocations have a canary?
size_t with_canary();

// Bytes of the current device's memory in use, whole pages.
size_t device_bytes();

}  // namespace allocations
}  // namespace emu
