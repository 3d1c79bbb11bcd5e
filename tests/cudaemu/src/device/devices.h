// Which devices there are, and which one is current in a thread.
#pragma once

namespace emu {

// How many devices this process sees: those of the setting `devices` that CUDA_VISIBLE_DEVICES
// names, in its order; all of them where it names none of them.
int device_count();

bool is_device(int device);

// Of all devices of the machine, the one that this process sees as `device`.
int physical_device(int device);

// The current device of this thread. False: no such device.
int device();
bool set_device(int device);

// Another current device, for as long as this object lives.
class OnDevice {
 public:
  explicit OnDevice(int other) : before_(device()) { set_device(other); }
  ~OnDevice() { set_device(before_); }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

 private:
  int before_;
};

}  // namespace emu
