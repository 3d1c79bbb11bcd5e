// The threads of a block run in sweeps. In a sweep every thread that can go on does so until it
// waits at a barrier or ends; then the complete barriers open. Between barriers a thread is not
// interrupted. CUDA promises no order of threads, within a warp neither ("SIMT Architecture" of
// the Programming Guide, "Independent Thread Scheduling"), so that every order of the sweep is
// legal, and so is holding some warps back.
#include "scheduler.h"

#include <cuda_runtime_api.h>

#include <algorithm>

#include "faults.h"
#include "fiber.h"
#include "limits.h"

namespace emu {
namespace {

using limits::kThreadsPerBlock;
using limits::kWarpSize;

enum class State { kReady, kAtBlockBarrier, kAtWarpBarrier, kDone };

struct Thread {
  void* stack_pointer;
  State state;
  unsigned mask;  // of the warp barrier it waits at
};

// What __syncthreads_count, _and and _or say of the threads that came to one barrier.
struct Votes {
  int count = 0;
  int all = 1;
  int any = 0;
};

// One kernel runs at a time, so there is one block.
Thread threads[kThreadsPerBlock];
uint64_t slots[kThreadsPerBlock / kWarpSize][kWarpSize];
unsigned thread_count;
unsigned current;       // the thread that runs
void* scheduler_stack;  // where a waiting thread switches to
void (*thread_entry)(void*);
void* thread_argument;
Votes votes_coming;  // at the barrier that threads are arriving at
Votes votes_given;   // at the last barrier that opened

unsigned launch_order;
unsigned long long phase;  // sweeps of this launch, over all of its blocks

void wait_in(State state) {
  Thread& thread = threads[current];
  thread.state = state;
  emu_switch(&thread.stack_pointer, scheduler_stack);
}

void thread_main() {
  thread_entry(thread_argument);
  wait_in(State::kDone);
  __builtin_unreachable();  // a thread that is done is never resumed
}

// With a shuffle, about half of the warps sit out a sweep, so that others get ahead of them by more
// than one barrier of a warp.
bool is_held_back(unsigned thread, unsigned order) {
  return order > 1 && (emu_hash(order, kThreadsPerBlock + thread / kWarpSize) & 1);
}

void sweep(emu_vec3* tid, emu_vec3 block) {
  phase++;
  const unsigned order = emu_phase_order(launch_order, phase);
  for (unsigned i = 0; i < thread_count; i++) {
    const unsigned t = static_cast<unsigned>(emu_perm(i, thread_count, order));
    if (threads[t].state != State::kReady || is_held_back(t, order)) continue;
    current = t;
    *tid = {t % block.x, t / block.x % block.y, t / (block.x * block.y)};
    emu_switch(&scheduler_stack, threads[t].stack_pointer);
  }
}

// __syncwarp "will cause the executing thread to wait until all warp lanes named in mask have
// executed a __syncwarp() (with the same mask)" (Programming Guide); lanes that ended do not count.
bool warp_barrier_is_complete(unsigned first, unsigned mask) {
  const unsigned end = std::min(first + kWarpSize, thread_count);
  for (unsigned t = first; t < end; t++) {
    const bool named = mask >> (t - first) & 1;
    if (!named || threads[t].state == State::kDone) continue;
    if (threads[t].state != State::kAtWarpBarrier || threads[t].mask != mask) return false;
  }
  return true;
}

void open_warp_barriers() {
  for (unsigned t = 0; t < thread_count; t++) {
    if (threads[t].state != State::kAtWarpBarrier) continue;
    const unsigned first = t / kWarpSize * kWarpSize;
    const unsigned mask = threads[t].mask;
    if (!warp_barrier_is_complete(first, mask)) continue;
    for (unsigned u = t; u < std::min(first + kWarpSize, thread_count); u++) {
      const bool waits_here = threads[u].state == State::kAtWarpBarrier && threads[u].mask == mask;
      if (waits_here) threads[u].state = State::kReady;
    }
  }
}

unsigned count_in(State state) {
  return static_cast<unsigned>(std::count_if(threads, threads + thread_count,
                                             [=](const Thread& t) { return t.state == state; }));
}

// __syncthreads waits for "all non-exited threads in the block" (Programming Guide,
// "Synchronization Functions").
void open_block_barrier() {
  const unsigned waiting = count_in(State::kAtBlockBarrier);
  if (waiting == 0 || waiting + count_in(State::kDone) < thread_count) return;
  votes_given = votes_coming;
  votes_coming = Votes();
  for (unsigned t = 0; t < thread_count; t++) {
    if (threads[t].state == State::kAtBlockBarrier) threads[t].state = State::kReady;
  }
}

}  // namespace

void set_thread_order(unsigned order) {
  launch_order = order;
  phase = 0;
}

void run_block(unsigned n, void (*entry)(void*), void* arg, emu_vec3* tid, emu_vec3 block) {
  thread_count = n;
  thread_entry = entry;
  thread_argument = arg;
  votes_coming = Votes();
  for (unsigned t = 0; t < n; t++)
    threads[t] = {new_fiber(t, thread_main), State::kReady, 0};
  while (count_in(State::kDone) < n) {
    if (count_in(State::kReady) == 0) {
      fail(cudaErrorLaunchTimeout,
           "deadlock: threads of a block wait at different barriers (a __syncthreads or __syncwarp "
           "that not all of them reach)");
    }
    sweep(tid, block);
    open_warp_barriers();
    open_block_barrier();
  }
}

void sync_block() {
  wait_in(State::kAtBlockBarrier);
}

int sync_block_acc(int predicate, int op) {
  votes_coming.count += predicate != 0;
  votes_coming.all &= predicate != 0;
  votes_coming.any |= predicate != 0;
  wait_in(State::kAtBlockBarrier);
  return op == 0 ? votes_given.count : op == 1 ? votes_given.all : votes_given.any;
}

void sync_warp(unsigned mask) {
  // "Each calling thread must have its own bit set in the mask" (Programming Guide).
  if (!(mask >> lane() & 1)) {
    fail(cudaErrorIllegalInstruction,
         "a warp-synchronous call whose mask does not name the calling lane");
  }
  threads[current].mask = mask;
  wait_in(State::kAtWarpBarrier);
}

uint64_t* warp_slots() {
  return slots[current / kWarpSize];
}

unsigned lane() {
  return current % kWarpSize;
}

}  // namespace emu
