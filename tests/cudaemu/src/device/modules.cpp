#include "modules.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "allocations.h"
#include "devices.h"
#include "emu_internal.h"

namespace emu {
namespace {

// An image is these 8 bytes, the length of a shared object (8 bytes), and the shared object.
constexpr char kMagic[] = "CUDAEMU\1";
constexpr size_t kMagicSize = 8;
constexpr size_t kHeaderSize = 16;

struct Loaded {
  std::shared_ptr<const Module> module;
  std::vector<std::unique_ptr<Function>> functions;
};

std::mutex module_mutex;
std::map<const Module*, Loaded> modules;
std::unordered_set<const Function*> live_functions;  // of all of them: every launch asks

// dlopen tells libraries apart by path and inode, so every load needs a file of its own.
std::shared_ptr<void> open_library(const char* bytes, size_t size) {
  const char* folder = getenv("TMPDIR");
  std::string path = folder && *folder ? folder : "/tmp";
  path += "/cudaemu-module-XXXXXX";
  const int file = mkstemp(path.data());
  if (file < 0) {
    emu_complain("cannot make a file for a kernel module in %s", path.c_str());
    return nullptr;
  }
  const bool written = write(file, bytes, size) == static_cast<ssize_t>(size);
  close(file);
  void* library = written ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (!library) {
    emu_complain("loading a kernel module failed: %s", written ? dlerror() : "the disk is full");
  }
  unlink(path.c_str());
  return {library, [](void* opened) {
            if (opened) dlclose(opened);
          }};
}

template <class Visit>
void for_each_variable(const Module& module, Visit visit) {
  for (const emu_desc* d = module.descriptors; d->name; d++) {
    if (!d->run) visit(*d);
  }
}

// By the name in the source or, as NVRTC's lowered names are, by the mangled one.
const emu_desc* find(const Module& module, const char* name, bool kernel) {
  void* address = dlsym(module.library.get(), name);
  for (const emu_desc* d = module.descriptors; d->name; d++) {
    const bool named = strcmp(d->name, name) == 0 || (address && d->addr == address);
    if (named && (d->run != nullptr) == kernel) return d;
  }
  return nullptr;
}

}  // namespace

int load_module(const void* image, Module** out) {
  const char* bytes = static_cast<const char*>(image);
  if (memcmp(bytes, kMagic, kMagicSize) != 0) {
    emu_complain("a module that the emulated NVRTC did not compile (cubin, PTX) cannot run here");
    return cudaErrorInvalidKernelImage;
  }
  uint64_t size;
  memcpy(&size, bytes + kMagicSize, sizeof size);
  const std::shared_ptr<void> library = open_library(bytes + kHeaderSize, size);
  if (!library) return cudaErrorInvalidKernelImage;
  const auto* descriptors = static_cast<const emu_desc*>(dlsym(library.get(), "__emu_descs"));
  if (!descriptors) return cudaErrorInvalidKernelImage;
  const bool has_barriers = dlsym(library.get(), "__emu_uses_barrier") != nullptr;
  const auto module = std::make_shared<Module>(Module{library, descriptors, has_barriers});
  for_each_variable(*module, [](const emu_desc& d) {
    char* begin = static_cast<char*>(d.addr);
    allocations::add({begin, d.varsize, MemoryKind::kDevice, device(), nullptr, 0, false});
  });
  std::lock_guard<std::mutex> lock(module_mutex);
  modules[module.get()] = {module, {}};
  count(C_MODULE_LOAD);
  *out = module.get();
  return cudaSuccess;
}

int unload_module(Module* module) {
  std::lock_guard<std::mutex> lock(module_mutex);
  const auto found = modules.find(module);
  if (found == modules.end()) return cudaErrorInvalidResourceHandle;
  for (const auto& function : found->second.functions)
    live_functions.erase(function.get());
  for_each_variable(*module, [](const emu_desc& d) {
    allocations::take(d.addr, [](const Allocation& allocation) { return !allocation.pages; });
  });
  modules.erase(found);
  return cudaSuccess;
}

int function_of(Module* module, const char* name, Function** out) {
  std::lock_guard<std::mutex> lock(module_mutex);
  const auto found = modules.find(module);
  if (found == modules.end()) return cudaErrorInvalidResourceHandle;
  const emu_desc* descriptor = find(*module, name, true);
  if (!descriptor) return cudaErrorSymbolNotFound;
  Loaded& loaded = found->second;
  loaded.functions.push_back(std::make_unique<Function>(Function{loaded.module, descriptor, name}));
  *out = loaded.functions.back().get();
  live_functions.insert(*out);
  return cudaSuccess;
}

int variable_of(Module* module, const char* name, const emu_desc** out) {
  std::lock_guard<std::mutex> lock(module_mutex);
  if (modules.count(module) == 0) return cudaErrorInvalidResourceHandle;
  *out = find(*module, name, false);
  return *out ? cudaSuccess : cudaErrorSymbolNotFound;
}

bool is_live(const Function* function) {
  std::lock_guard<std::mutex> lock(module_mutex);
  return live_functions.count(function) != 0;
}

}  // namespace emu
