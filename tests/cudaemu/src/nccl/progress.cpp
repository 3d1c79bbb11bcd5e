#include "progress.h"

#include <set>
#include <tuple>

#include "device/settings.h"
#include "emu_internal.h"
#include "patience.h"
#include "task.h"

namespace nccl {
namespace {

using Tasks = std::vector<std::unique_ptr<Task>>;
using Way = std::tuple<const Comm*, CallKind, int>;

Way way_of(const Call& call) {
  if (call.is_collective()) return {call.comm.get(), CallKind::kAllReduce, 0};
  return {call.comm.get(), call.kind, call.root};
}

Tasks tasks_of(const std::vector<Call>& calls) {
  Tasks tasks;
  for (const Call& call : calls)
    tasks.push_back(call.is_collective() ? collective(call) : point_to_point(call));
  return tasks;
}

// A step of each task that is not behind another one on its way; drops what is done.
Step advance(Tasks* tasks) {
  bool any_moved = false;
  std::set<Way> taken;
  for (auto task = tasks->begin(); task != tasks->end();) {
    Step step = Step::kWaits;
    if (taken.insert(way_of((*task)->call())).second) step = (*task)->advance();
    if (step == Step::kFailed) return step;
    any_moved |= step != Step::kWaits;
    task = step == Step::kDone ? tasks->erase(task) : std::next(task);
  }
  return any_moved ? Step::kMoved : Step::kWaits;
}

bool awaits(const Task& task, int rank) {
  const std::vector<int> ranks = task.awaited();
  return std::find(ranks.begin(), ranks.end(), rank) != ranks.end();
}

// Fails the communicator of a task that waits for a rank which is lost, or has waited too long.
ncclResult_t look_after(const Task& task, const Patience& patience) {
  Comm* comm = task.call().comm.get();
  const std::string name = task.call().name();
  const std::vector<int> ranks = task.awaited();
  for (const int rank : ranks) {
    const std::string loss = emu::settings().nccl_waits ? "" : loss_of(*comm, rank);
    // asked again: it may have done its part just before it left
    if (loss.empty() || !awaits(task, rank)) continue;
    return fail(comm, ncclRemoteError, name + ": " + loss);
  }
  if (ranks.empty() || !patience.is_over()) return ncclSuccess;
  return fail(comm, ncclRemoteError, name + ": " + patience.verdict(ranks));
}

ncclResult_t error_of(const Tasks& tasks) {
  for (const auto& task : tasks) {
    const int error = task->call().comm->error;
    if (error) return static_cast<ncclResult_t>(error);
  }
  return ncclSuccess;
}

ncclResult_t run(Tasks* tasks) {
  Patience patience;
  while (!tasks->empty()) {
    // first of all: another thread may have aborted a communicator
    if (const ncclResult_t error = error_of(*tasks)) return error;
    if (advance(tasks) == Step::kMoved) {
      patience.renew();
      continue;
    }
    patience.pause();
    if (!patience.is_time_to_look()) continue;
    for (const auto& task : *tasks)
      if (const ncclResult_t error = look_after(*task, patience)) return error;
  }
  return ncclSuccess;
}

// The communicators of the calls, for this thread alone.
class InUse {
 public:
  explicit InUse(const std::vector<Call>& calls) {
    std::set<Comm*> comms;
    for (const Call& call : calls)
      comms.insert(call.comm.get());
    for (Comm* comm : comms)
      locks_.emplace_back(comm->in_use, std::try_to_lock);
  }

  bool by_another_thread() const {
    return std::any_of(locks_.begin(), locks_.end(),
                       [](const auto& lock) { return !lock.owns_lock(); });
  }

 private:
  std::vector<std::unique_lock<std::mutex>> locks_;
};

}  // namespace

ncclResult_t carry_out(const std::vector<Call>& calls) {
  for (const Call& call : calls) {
    const int error = call.comm->error;
    if (!error) continue;
    emu_complain("%s: the communicator has failed, or was destroyed or aborted", call.name());
    return static_cast<ncclResult_t>(error);
  }
  const InUse in_use(calls);
  if (in_use.by_another_thread()) {
    emu_complain("%s: another thread uses the communicator", calls.front().name());
    return ncclInvalidUsage;
  }
  Tasks tasks = tasks_of(calls);
  return run(&tasks);
}

}  // namespace nccl
