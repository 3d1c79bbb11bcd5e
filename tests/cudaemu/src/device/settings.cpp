#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "api.h"

namespace emu {
namespace {

const char* environment(const char* name, const char* otherwise) {
  const char* value = getenv(name);
  return value && *value ? value : otherwise;
}

long number(const char* name, const char* otherwise) {
  return atol(environment(name, otherwise));
}

unsigned order_from_environment() {
  const char* order = environment("CUDAEMU_ORDER", "0");
  return strcmp(order, "reverse") == 0 ? 1u : static_cast<unsigned>(atol(order));
}

}  // namespace

Settings& settings() {
  static Settings all = {
      order_from_environment(),
      static_cast<size_t>(number("CUDAEMU_MEMORY_MB", "8192")) << 20,
      static_cast<int>(number("CUDAEMU_GUARD", "0")),
      static_cast<int>(number("CUDAEMU_CC", "90")),
      std::max(1, static_cast<int>(number("CUDAEMU_DEVICES", "1"))),
      number("CUDAEMU_NCCL_TIMEOUT", "300"),
      number("CUDAEMU_NCCL_WAIT", "0") != 0,
  };
  return all;
}

}  // namespace emu

// For Python (`cudaemu.settings`).

EMU_API void emu_set_order(unsigned order) {
  emu::settings().order = order;
}

EMU_API unsigned emu_get_order() {
  return emu::settings().order;
}

EMU_API void emu_set_memory(size_t bytes) {
  emu::settings().memory = bytes;
}

EMU_API size_t emu_get_memory() {
  return emu::settings().memory;
}

EMU_API void emu_set_guard(int on) {
  emu::settings().guard = on;
}

EMU_API int emu_get_guard() {
  return emu::settings().guard;
}

EMU_API void emu_set_devices(int devices) {
  emu::settings().devices = std::max(1, devices);
}

EMU_API int emu_get_devices() {
  return emu::settings().devices;
}
