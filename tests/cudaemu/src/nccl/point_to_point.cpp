// Sends and receives. "This operation is blocking for the GPU" (ncclSend): here that holds for
// every length, so that a program which lacks a group stands still.
#include <string.h>

#include "task.h"

namespace nccl {
namespace {

class PointToPoint : public Task {
 public:
  explicit PointToPoint(const Call& call) : Task(call) {}

  std::vector<int> awaited() const override {
    return waits() ? std::vector<int>{call_.root} : std::vector<int>{};
  }

 protected:
  virtual bool waits() const = 0;

  size_t bytes() const { return call_.count * call_.element_size(); }
  size_t length() const { return std::min(kChannelChunk, bytes() - done_); }

  Step fail_with(const Operation& sent) {
    fail(call_.comm.get(), ncclInvalidUsage,
         "a send and a receive do not fit: " + describe(sent) + " on one side, " +
             describe(call_.operation()) + " on the other");
    return Step::kFailed;
  }

  size_t done_ = 0;  // bytes
};

class Send : public PointToPoint {
 public:
  explicit Send(const Call& call)
      : PointToPoint(call),
        channel_(call.comm->segment->channel(call.comm->rank, call.root)),
        buffer_(call.comm->segment->channel_chunk(call.comm->rank, call.root)) {}

  Step advance() override {
    if (channel_.broken) return fail_with(channel_.expected);
    if (waits()) return Step::kWaits;
    if (is_sent_ && done_ == bytes()) return Step::kDone;
    memcpy(buffer_, static_cast<const char*>(call_.send) + done_, length());
    channel_.operation = call_.operation();
    done_ += length();
    is_sent_ = true;
    channel_.sent++;
    return Step::kMoved;
  }

 private:
  bool waits() const override { return channel_.received < channel_.sent; }

  Channel& channel_;
  char* buffer_;
  bool is_sent_ = false;  // one chunk, which may be empty
};

class Receive : public PointToPoint {
 public:
  explicit Receive(const Call& call)
      : PointToPoint(call),
        channel_(call.comm->segment->channel(call.root, call.comm->rank)),
        buffer_(call.comm->segment->channel_chunk(call.root, call.comm->rank)) {}

  Step advance() override {
    if (waits()) return Step::kWaits;
    if (!(channel_.operation == call_.operation())) {
      channel_.expected = call_.operation();
      channel_.broken = true;
      return fail_with(channel_.operation);
    }
    memcpy(static_cast<char*>(call_.receive) + done_, buffer_, length());
    done_ += length();
    channel_.received++;
    return done_ == bytes() ? Step::kDone : Step::kMoved;
  }

 private:
  bool waits() const override { return channel_.sent == channel_.received; }

  Channel& channel_;
  const char* buffer_;
};

}  // namespace

std::unique_ptr<Task> point_to_point(const Call& call) {
  if (call.kind == CallKind::kSend) return std::make_unique<Send>(call);
  return std::make_unique<Receive>(call);
}

}  // namespace nccl
