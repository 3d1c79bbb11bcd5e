// A call while it is done: a step at a time, so that one thread can do several calls at once.
#pragma once
#include <algorithm>
#include <memory>
#include <vector>

#include "call.h"

namespace nccl {

enum class Step { kWaits, kMoved, kDone, kFailed };

class Task {
 public:
  explicit Task(const Call& call) : call_(call) {}
  virtual ~Task() = default;

  // Does what can be done without waiting. kFailed: the communicator has failed, and said why.
  virtual Step advance() = 0;

  // The ranks without which it cannot go on.
  virtual std::vector<int> awaited() const = 0;

  const Call& call() const { return call_; }

 protected:
  const Call call_;
};

std::unique_ptr<Task> collective(const Call& call);
std::unique_ptr<Task> point_to_point(const Call& call);

}  // namespace nccl
