#include "fiber.h"

#include <sys/mman.h>

#include "limits.h"

// System V ABI for x86-64, "Registers": rbx, rbp and r12 to r15 belong to the caller. (The control
// words of the floating-point unit do too; no kernel changes them.)
asm(R"(
.text
.globl emu_switch
.type emu_switch, @function
emu_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size emu_switch, . - emu_switch
)");

namespace emu {
namespace {

constexpr size_t kStack = 256 << 10;
constexpr size_t kGuard = 4096;
constexpr int kSavedRegisters = 6;

// One stack for every thread a block can have. The lowest page of each faults, so that a thread
// that recurses too deep does not write into its neighbour's stack.
char* make_stacks() {
  const size_t all = kStack * limits::kThreadsPerBlock;
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  char* stacks = static_cast<char*>(mmap(nullptr, all, PROT_READ | PROT_WRITE, flags, -1, 0));
  for (unsigned i = 0; i < limits::kThreadsPerBlock; i++) {
    mprotect(stacks + i * kStack, kGuard, PROT_NONE);
  }
  return stacks;
}

}  // namespace

void* new_fiber(unsigned number, void (*main)()) {
  static char* const stacks = make_stacks();
  void** sp = reinterpret_cast<void**>(stacks + (number + 1) * kStack - 64);
  *--sp = nullptr;  // main's return address; a function begins with rsp 8 past a multiple of 16
  *--sp = reinterpret_cast<void*>(main);
  for (int i = 0; i < kSavedRegisters; i++)
    *--sp = nullptr;
  return sp;
}

}  // namespace emu
