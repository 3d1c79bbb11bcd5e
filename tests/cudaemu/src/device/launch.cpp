#include "launch.h"

#include <string.h>

#include <mutex>
#include <vector>

#include "allocations.h"
#include "devices.h"
#include "emu_internal.h"
#include "faults.h"
#include "scheduler.h"
#include "settings.h"
#include "shared_memory.h"
#include "streams.h"

namespace emu {
namespace {

using namespace limits;

const emu_api kernel_api = {sync_block, sync_block_acc, sync_warp, warp_slots,
                            lane,       fail,           run_block};

// Kernels keep threadIdx and their shared memory in variables of their module: one runs at a time.
std::mutex one_kernel;

bool within(emu_vec3 v, unsigned x, unsigned y, unsigned z) {
  return v.x >= 1 && v.y >= 1 && v.z >= 1 && v.x <= x && v.y <= y && v.z <= z;
}

bool is_legal(const LaunchShape& shape, const Function& function) {
  const emu_vec3 block = shape.block;
  return within(shape.grid, kGridX, kGridY, kGridZ) && within(block, kBlockX, kBlockY, kBlockZ) &&
         block.x * block.y * block.z <= kThreadsPerBlock &&
         shape.dynamic_shared <= function.max_dynamic_shared;
}

// The values of a launch's arguments. CUDA copies them when the launch is queued, so that the
// caller may reuse its memory, and a node of a graph keeps the values of the capture.
class Arguments {
 public:
  Arguments(const emu_desc& kernel, void** params) {
    for (unsigned i = 0; i < kernel.nparams; i++) {
      places_.push_back(values_.size());
      values_.resize(values_.size() + (kernel.sizes[i] + kAlignment - 1) / kAlignment * kAlignment);
      memcpy(&values_[places_[i]], params[i], kernel.sizes[i]);
    }
  }

  // As a kernel takes them; for as long as this object lives.
  std::vector<void*> addresses() {
    std::vector<void*> all;
    for (const size_t place : places_)
      all.push_back(&values_[place]);
    return all;
  }

 private:
  static constexpr size_t kAlignment = 16;  // of the largest built-in type

  std::vector<char> values_;
  std::vector<size_t> places_;
};

// A pointer argument is null, points into an allocation, or one past its end (an empty view).
bool pointers_are_live(const Function& function, void** params) {
  const emu_desc& d = *function.descriptor;
  for (unsigned i = 0; i < d.nparams; i++) {
    if (!d.isptr[i]) continue;
    void* p;
    memcpy(&p, params[i], sizeof p);
    if (!p || allocations::touches(p)) continue;
    emu_complain(
        "kernel %s: argument %u is %p, no live pointer of this device (of the host? freed?)",
        function.name.c_str(), i, p);
    return false;
  }
  return true;
}

int run(const Function& function, const LaunchShape& shape, void** params) {
  if (!pointers_are_live(function, params)) return cudaErrorIllegalAddress;
  std::lock_guard<std::mutex> lock(one_kernel);
  const unsigned order = settings().order;
  set_thread_order(order);
  void* dynamic = dynamic_shared_memory(shape.dynamic_shared);
  emu_launch launch = {
      shape.grid, shape.block, params, dynamic, &kernel_api, function.module->has_barriers, order};
  const Outcome outcome = run_guarded([&] { function.descriptor->run(&launch); });
  if (outcome.error) {
    emu_complain("kernel %s failed: %s", function.name.c_str(), outcome.why);
  }
  return outcome.error;
}

}  // namespace

int launch(Function* function, const LaunchShape& shape, cudaStream_t stream, void** params) {
  if (!is_live(function)) return cudaErrorInvalidResourceHandle;
  if (!is_legal(shape, *function)) return cudaErrorInvalidValue;
  if (device_of(stream) != device()) {
    emu_complain("kernel %s: the stream is of device %d, the current device is %d",
                 function->name.c_str(), device_of(stream), device());
    return cudaErrorInvalidResourceHandle;
  }
  // Copies: a node of a graph outlives the call, and may outlive the handle of the module.
  auto body = [kernel = *function, shape,
               arguments = Arguments(*function->descriptor, params)]() mutable {
    const int error = run(kernel, shape, arguments.addresses().data());
    if (error) count(C_LAUNCH_FAIL);
    return error;
  };
  return submit(stream, {C_KERNEL_LAUNCH, "kernel " + function->name, std::move(body)});
}

}  // namespace emu
