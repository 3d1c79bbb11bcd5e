#include "canary.h"

#include <string.h>

#include <algorithm>

#include "emu_internal.h"

namespace emu {
namespace {

// Neither 0, nor the poison of fresh memory, nor a byte of a common number.
constexpr unsigned char kCanary = 0xc5;

// The first byte of [from, to) that is no canary any more, or null. Less than a page is asked for.
const char* first_broken(const char* from, const char* to) {
  static const std::string whole(4096, static_cast<char>(kCanary));
  const size_t n = static_cast<size_t>(to - from);
  if (memcmp(from, whole.data(), n) == 0) return nullptr;  // all of them, after every launch: fast
  return std::find_if(from, to, [](char c) { return static_cast<unsigned char>(c) != kCanary; });
}

bool intact(const Allocation& a, const std::string& suspect) {
  if (const char* p = first_broken(a.end(), a.pages + a.page_bytes)) {
    emu_complain("%s wrote behind an allocation: %zu bytes past the end of the %zu bytes at %p",
                 suspect.c_str(), static_cast<size_t>(p - a.end()), a.size, a.begin);
    return false;
  }
  if (const char* p = first_broken(a.pages, a.begin)) {
    emu_complain("%s wrote in front of an allocation: %zu bytes before the %zu bytes at %p",
                 suspect.c_str(), static_cast<size_t>(a.begin - p), a.size, a.begin);
    return false;
  }
  return true;
}

}  // namespace

void fill_canary(const Allocation& a) {
  memset(a.pages, kCanary, static_cast<size_t>(a.begin - a.pages));
  memset(a.begin + a.size, kCanary, static_cast<size_t>(a.pages + a.page_bytes - a.end()));
}

bool canaries_intact(const std::string& suspect) {
  if (allocations::with_canary() == 0) return true;
  bool all = true;
  allocations::for_each([&](const Allocation& a) {
    if (!a.canary || intact(a, suspect)) return;
    all = false;
    fill_canary(a);
  });
  return all;
}

}  // namespace emu
