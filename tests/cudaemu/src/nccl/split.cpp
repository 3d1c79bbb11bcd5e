// ncclCommSplit: the ranks of each color become a communicator of their own.
#include <algorithm>

#include "emu_internal.h"
#include "group.h"
#include "progress.h"

namespace nccl {
namespace {

constexpr int kNoColor = -1;

// What each rank tells all others.
struct Wish {
  int color;
  int key;
  int rank;         // in the communicator that is split
  ncclUniqueId id;  // good for the new communicator, if this rank is its first

  bool operator<(const Wish& other) const {
    return key != other.key ? key < other.key : rank < other.rank;
  }
};

ncclResult_t gather(const SharedComm& comm, const Wish& mine, std::vector<Wish>* all) {
  all->resize(static_cast<size_t>(comm->ranks()));
  return carry_out({{CallKind::kAllGather, &mine, all->data(), sizeof mine, ncclUint8, ncclSum, 0,
                     comm, nullptr}});
}

// "Ranks which pass the same color value will be part of the same group", ordered by key; "if keys
// are equal [...], then the rank in the original communicator will be used" (ncclCommSplit).
std::vector<Wish> of_color(const std::vector<Wish>& all, int color) {
  std::vector<Wish> same;
  std::copy_if(all.begin(), all.end(), std::back_inserter(same),
               [=](const Wish& wish) { return wish.color == color; });
  std::sort(same.begin(), same.end());
  return same;
}

ncclResult_t split(const SharedComm& comm, Wish mine, SharedComm* out) {
  if (mine.color != kNoColor)
    if (const ncclResult_t error = Segment::create(&mine.id)) return error;
  std::vector<Wish> all;
  if (const ncclResult_t error = gather(comm, mine, &all)) return error;
  if (mine.color == kNoColor) return ncclSuccess;
  const std::vector<Wish> same = of_color(all, mine.color);
  const auto place = std::find_if(same.begin(), same.end(),
                                  [=](const Wish& wish) { return wish.rank == mine.rank; });
  const int rank = static_cast<int>(place - same.begin());
  if (const auto error =
          join(out, static_cast<int>(same.size()), same.front().id, rank, comm->device)) {
    return error;
  }
  const ncclResult_t error = meet(out->get());
  Segment::forget(mine.id);  // if another rank's was used
  return error;
}

}  // namespace
}  // namespace nccl

using namespace nccl;

NCCL_API ncclResult_t ncclCommSplit(ncclComm_t handle, int color, int key, ncclComm_t* out,
                                    const ncclConfig_t*) {
  *out = nullptr;
  const SharedComm comm = find(handle, "ncclCommSplit");
  if (!comm) return ncclInvalidArgument;
  if (color < kNoColor || in_group()) {
    emu_complain("ncclCommSplit: a color of %d, or in a group, is not emulated", color);
    return ncclInvalidUsage;
  }
  SharedComm part;
  const ncclResult_t error = split(comm, {color, key, comm->rank, {}}, &part);
  if (!error && part) *out = keep(part);
  return error;
}
