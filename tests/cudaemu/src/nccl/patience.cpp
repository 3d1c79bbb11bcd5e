#include "patience.h"

#include <sched.h>
#include <time.h>

#include "device/settings.h"

namespace nccl {
namespace {

constexpr int kShortPauses = 100;
constexpr long kLongPause = 50'000;  // nanoseconds
constexpr auto kBetweenLooks = std::chrono::milliseconds(20);

}  // namespace

Patience::Patience() {
  renew();
}

void Patience::pause() {
  if (pauses_++ < kShortPauses) {
    sched_yield();
    return;
  }
  const timespec time = {0, kLongPause};
  nanosleep(&time, nullptr);
}

void Patience::renew() {
  begin_ = Clock::now();
  next_look_ = begin_ + kBetweenLooks;
  pauses_ = 0;
}

bool Patience::is_time_to_look() {
  const auto now = Clock::now();
  if (now < next_look_) return false;
  next_look_ = now + kBetweenLooks;
  return true;
}

bool Patience::is_over() const {
  return Clock::now() - begin_ > std::chrono::seconds(emu::settings().nccl_timeout);
}

std::string Patience::verdict(const std::vector<int>& awaited) const {
  std::string ranks;
  for (const int rank : awaited)
    ranks += (ranks.empty() ? "" : ", ") + std::to_string(rank);
  return "after " + std::to_string(emu::settings().nccl_timeout) +
         " s (CUDAEMU_NCCL_TIMEOUT) without rank " + ranks;
}

}  // namespace nccl
