// Waiting for other processes: for how long, how often to look, and when it is over.
#pragma once
#include <chrono>
#include <string>
#include <vector>

namespace nccl {

class Patience {
 public:
  Patience();

  // Lets others run.
  void pause();

  // Something has happened: the time counts from now on.
  void renew();

  // Now and then: to find that a process has died takes a while.
  bool is_time_to_look();

  // Has it been CUDAEMU_NCCL_TIMEOUT seconds?
  bool is_over() const;

  // In words, when it is over.
  std::string verdict(const std::vector<int>& awaited) const;

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point begin_, next_look_;
  int pauses_ = 0;
};

}  // namespace nccl
