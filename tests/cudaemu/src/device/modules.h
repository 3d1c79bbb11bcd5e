// Modules: kernels and variables that the emulated NVRTC compiled.
#pragma once
#include <memory>
#include <string>

#include "emu_abi.h"
#include "limits.h"

namespace emu {

struct Module {
  std::shared_ptr<void> library;  // of dlopen; closed with the last who holds the module
  const emu_desc* descriptors;    // ended by a null name
  bool has_barriers;              // somewhere in it: its kernels run with fibers
};

struct Function {
  std::shared_ptr<const Module> module;
  const emu_desc* descriptor;
  std::string name;
  // What a launch may ask for of dynamic shared memory; more needs the kernel's consent.
  unsigned max_dynamic_shared = limits::kSharedPerBlock;
};

// The functions return a cudaError_t.
int load_module(const void* image, Module** out);
int unload_module(Module* module);
int function_of(Module* module, const char* name, Function** out);
int variable_of(Module* module, const char* name, const emu_desc** out);

// Is this a handle that function_of gave and whose module is loaded?
bool is_live(const Function* function);

}  // namespace emu
