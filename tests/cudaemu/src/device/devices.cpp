#include "devices.h"

#include <stdlib.h>

#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "settings.h"

namespace emu {
namespace {

thread_local int current = 0;

// "Only the devices whose index is present in the sequence are visible [...]. If one of the indices
// is invalid, only the devices whose index precedes the invalid index are visible" (Programming
// Guide, "CUDA Environment Variables").
std::vector<int> named() {
  std::vector<int> devices;
  const char* list = getenv("CUDA_VISIBLE_DEVICES");
  std::istringstream words(list ? list : "");
  for (std::string word; std::getline(words, word, ',');) {
    char* end;
    const long index = strtol(word.c_str(), &end, 10);
    if (end == word.c_str() || *end || index < 0 || index >= settings().devices) break;
    devices.push_back(static_cast<int>(index));
  }
  return devices;
}

// An environment that hides the GPUs does not hide the emulated ones.
std::vector<int> visible() {
  std::vector<int> devices = named();
  if (!devices.empty()) return devices;
  devices.resize(static_cast<size_t>(settings().devices));
  std::iota(devices.begin(), devices.end(), 0);
  return devices;
}

}  // namespace

int device_count() {
  return static_cast<int>(visible().size());
}

// The first one is there always, and most calls ask for it.
bool is_device(int device) {
  return device == 0 || (device > 0 && device < device_count());
}

int physical_device(int device) {
  return visible()[static_cast<size_t>(device)];
}

int device() {
  return current;
}

bool set_device(int device) {
  if (!is_device(device)) return false;
  current = device;
  return true;
}

}  // namespace emu
