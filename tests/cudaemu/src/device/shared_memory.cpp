#include "shared_memory.h"

#include <string.h>
#include <sys/mman.h>

#include "limits.h"

namespace emu {
namespace {

constexpr unsigned kPage = 4096;
constexpr unsigned kRoom = (limits::kSharedPerBlockOptin + kPage - 1) / kPage * kPage;
constexpr unsigned kAlignment = 16;  // of extern __shared__ arrays

char* make_room() {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  void* room = mmap(nullptr, kRoom + kPage, PROT_READ | PROT_WRITE, flags, -1, 0);
  char* begin = static_cast<char*>(room);
  mprotect(begin + kRoom, kPage, PROT_NONE);
  return begin;
}

}  // namespace

void* dynamic_shared_memory(unsigned size) {
  static char* const room = make_room();
  char* begin = room + kRoom - (size + kAlignment - 1) / kAlignment * kAlignment;
  // Shared memory is not initialised: NaN, as in fresh device memory.
  memset(begin, 0xff, size);
  return begin;
}

}  // namespace emu
