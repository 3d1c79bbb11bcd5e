// The memory that the ranks of a communicator share.
//
// It is a file without a name (memfd_create), which the others open as /proc/PID/fd/N of the
// process that made the unique id: so nothing is left behind, however processes end.
#pragma once
#include <atomic>
#include <memory>

#include "processes.h"
#include "types.h"

namespace nccl {

// How much of a call the ranks exchange at once.
constexpr size_t kChunk = size_t{1} << 20;
constexpr size_t kChannelChunk = size_t{64} << 10;

// What a rank means to do; those that it does it with must mean the same.
struct Operation {
  int call;  // a CallKind
  ncclDataType_t type;
  ncclRedOp_t op;
  int root;
  uint64_t count;

  bool operator==(const Operation& other) const {
    return call == other.call && type == other.type && op == other.op && root == other.root &&
           count == other.count;
  }
};

enum class Presence { kAbsent, kJoining, kHere, kDestroyed, kFailed };

// Each field is written by the rank that it tells of.
struct Rank {
  std::atomic<Presence> presence;
  Process process;
  int device;                    // of all that this machine has
  Operation operation;           // of the chunk that was posted last
  std::atomic<uint64_t> posted;  // how many chunks it has put into its buffer, since the beginning
  std::atomic<uint64_t> read;    // of how many chunks it has read what it needs
};

// The way from one rank to another.
struct Channel {
  Operation operation;         // the sender's; of the chunk that was sent last
  Operation expected;          // the receiver's, where it is another
  std::atomic<uint64_t> sent;  // chunks, since the beginning
  std::atomic<uint64_t> received;
  std::atomic<bool> broken;  // the two differ
};

class Segment {
 public:
  // Writes a new id, whose segment lives until a rank of this process has met all others there, or
  // this process ends.
  static ncclResult_t create(ncclUniqueId* id);

  // Null, with the reason on stderr: the id is none, or is used by communicators that differ.
  static std::unique_ptr<Segment> open(const ncclUniqueId& id, int ranks);

  // What `create` keeps in this process is needed no longer.
  static void forget(const ncclUniqueId& id);

  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  int ranks() const { return ranks_; }
  Rank& rank(int rank) const { return rank_table_[rank]; }
  Channel& channel(int from, int to) const { return channel_table_[from * ranks_ + to]; }
  char* chunk(int rank) const { return chunks_ + rank * kChunk; }
  char* channel_chunk(int from, int to) const {
    return channel_chunks_ + (from * ranks_ + to) * kChannelChunk;
  }
  // The process that made the id: what it has died without, nobody can join any more.
  const Process& creator() const;

  // The ranks will never be complete.
  bool is_broken() const;
  void set_broken();

 private:
  Segment(char* base, int ranks);

  char* base_;
  int ranks_;
  Rank* rank_table_;
  Channel* channel_table_;
  char* chunks_;
  char* channel_chunks_;
};

}  // namespace nccl
