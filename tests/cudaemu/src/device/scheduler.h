// The scheduler of the threads of a block that uses barriers.
#pragma once
#include "emu_abi.h"

namespace emu {

// Before a launch: in which order its threads take turns.
void set_thread_order(unsigned order);

// The functions of emu_api.
void run_block(unsigned threads, void (*entry)(void*), void* arg, emu_vec3* tid, emu_vec3 block);
void sync_block();
int sync_block_acc(int predicate, int op);
void sync_warp(unsigned mask);
uint64_t* warp_slots();
unsigned lane();

}  // namespace emu
