// Calls that all ranks of a communicator make.
//
// Chunk by chunk each rank copies what it has to give into its buffer in the segment, waits until
// all have, and reads from all buffers what it wants: a reduction is computed by each rank for
// itself.
#include <string.h>

#include "task.h"

namespace nccl {
namespace {

class Collective : public Task {
 public:
  explicit Collective(const Call& call) : Task(call) {
    const size_t pieces = call.kind == CallKind::kReduceScatter ? call.comm->ranks() : 1;
    total_ = call.count * pieces;
  }

  Step advance() override {
    if (!awaited().empty()) return Step::kWaits;
    return is_posted_ ? read() : post();
  }

  std::vector<int> awaited() const override {
    std::vector<int> ranks;
    for (int rank = 0; rank < comm().ranks(); rank++) {
      const Rank& other = comm().segment->rank(rank);
      const bool ready = is_posted_ ? other.posted > comm().chunks : other.read >= comm().chunks;
      if (!ready) ranks.push_back(rank);
    }
    return ranks;
  }

 private:
  Comm& comm() const { return *call_.comm; }
  size_t bytes(size_t elements) const { return elements * call_.element_size(); }
  size_t length() const { return std::min(kChunk / call_.element_size(), total_ - first_); }

  Step post() {
    if (call_.sends() > 0) {
      const char* from = static_cast<const char*>(call_.send) + bytes(first_);
      memcpy(comm().segment->chunk(comm().rank), from, bytes(length()));
    }
    comm().mine().operation = call_.operation();
    comm().mine().posted = comm().chunks + 1;
    is_posted_ = true;
    return Step::kMoved;
  }

  Step read() {
    if (!all_do_the_same()) return Step::kFailed;
    take();
    comm().chunks++;
    comm().mine().read = comm().chunks;
    first_ += length();
    is_posted_ = false;
    return first_ == total_ ? Step::kDone : Step::kMoved;
  }

  // Each rank finds the same difference, and so all of them fail.
  bool all_do_the_same() {
    const Operation first = comm().segment->rank(0).operation;
    for (int rank = 1; rank < comm().ranks(); rank++) {
      const Operation other = comm().segment->rank(rank).operation;
      if (other == first) continue;
      fail(&comm(), ncclInvalidUsage,
           "the ranks do not do the same: rank 0 " + describe(first) + ", rank " +
               std::to_string(rank) + " " + describe(other));
      return false;
    }
    return true;
  }

  void take() {
    switch (call_.kind) {
      case CallKind::kBroadcast: copy(call_.root, first_); break;
      case CallKind::kAllGather:
        for (int rank = 0; rank < comm().ranks(); rank++)
          copy(rank, static_cast<size_t>(rank) * call_.count + first_);
        break;
      case CallKind::kReduceScatter:
        reduce_within(static_cast<size_t>(comm().rank) * call_.count, call_.count);
        break;
      default:
        if (call_.receives() > 0) reduce_within(0, total_);
    }
  }

  // The chunk of a rank, to a place in the memory that receives.
  void copy(int rank, size_t place) {
    char* to = static_cast<char*>(call_.receive) + bytes(place);
    memcpy(to, comm().segment->chunk(rank), bytes(length()));
  }

  // Of the chunk what lies among the `count` elements from `begin` on.
  void reduce_within(size_t begin, size_t count) {
    const size_t from = std::max(begin, first_);
    const size_t to = std::min(begin + count, first_ + length());
    if (from >= to) return;
    std::vector<const char*> inputs;
    for (int rank = 0; rank < comm().ranks(); rank++)
      inputs.push_back(comm().segment->chunk(rank) + bytes(from - first_));
    char* out = static_cast<char*>(call_.receive) + bytes(from - begin);
    reduce(call_.type, call_.op, inputs.data(), comm().ranks(), to - from, out);
  }

  size_t total_;      // elements that a rank gives
  size_t first_ = 0;  // of the chunk
  bool is_posted_ = false;
};

}  // namespace

std::unique_ptr<Task> collective(const Call& call) {
  return std::make_unique<Collective>(call);
}

}  // namespace nccl
