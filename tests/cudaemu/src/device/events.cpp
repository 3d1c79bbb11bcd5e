// Events ("Event Management" of the Runtime API). All work before an event is done when the event
// is recorded, so a recorded event has always happened.
#include <time.h>

#include <map>
#include <mutex>

#include "api.h"
#include "capture.h"
#include "emu_internal.h"
#include "errors.h"
#include "streams.h"

namespace emu {
namespace {

struct Event {
  unsigned flags;
  bool recorded;  // in a stream that did not capture
  timespec time;
  CapturePoint point;  // of the capture that it was recorded in

  bool is_timed() const { return recorded && !(flags & cudaEventDisableTiming); }
};

std::mutex event_mutex;
std::map<cudaEvent_t, Event> events;

// The mutex is held. Null: no such event.
Event* find(cudaEvent_t event) {
  const auto it = events.find(event);
  return it == events.end() ? nullptr : &it->second;
}

// May the host wait for the event, or ask whether it has happened?
int check_wait(cudaEvent_t event) {
  std::lock_guard<std::mutex> lock(event_mutex);
  const Event* found = find(event);
  return found ? capture::check_event_wait(found->point) : cudaErrorInvalidResourceHandle;
}

}  // namespace
}  // namespace emu

using emu::remember;

EMU_API cudaError_t cudaEventCreateWithFlags(cudaEvent_t* out, unsigned flags) {
  std::lock_guard<std::mutex> lock(emu::event_mutex);
  *out = reinterpret_cast<cudaEvent_t>(new char);  // an address nobody else has
  emu::events[*out] = {flags, false, {}, {}};
  return cudaSuccess;
}

EMU_API cudaError_t cudaEventCreate(cudaEvent_t* out) {
  return cudaEventCreateWithFlags(out, cudaEventDefault);
}

EMU_API cudaError_t cudaEventDestroy(cudaEvent_t event) {
  std::lock_guard<std::mutex> lock(emu::event_mutex);
  if (emu::events.erase(event) == 0) return remember(cudaErrorInvalidResourceHandle);
  delete reinterpret_cast<char*>(event);
  return cudaSuccess;
}

EMU_API cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  std::lock_guard<std::mutex> lock(emu::event_mutex);
  emu::Event* found = emu::find(event);
  if (!found || !emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  if (const int error = emu::capture::check_use(stream)) return remember(error);
  if (const int error = emu::capture::mark(stream, &found->point)) return remember(error);
  found->recorded = !found->point.capture;
  if (!found->recorded) return cudaSuccess;
  count(C_EVENT_RECORD);
  clock_gettime(CLOCK_MONOTONIC, &found->time);
  return cudaSuccess;
}

// "If cudaEventRecord() has not yet been called on event, then this function returns
// cudaSuccess" (cudaEventSynchronize; cudaEventQuery says the same).
EMU_API cudaError_t cudaEventQuery(cudaEvent_t event) {
  return remember(emu::check_wait(event));
}

EMU_API cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (const int error = emu::check_wait(event)) return remember(error);
  count(C_SYNC_EVENT);
  return cudaSuccess;
}

EMU_API cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  std::lock_guard<std::mutex> lock(emu::event_mutex);
  const emu::Event* found = emu::find(event);
  if (!found || !emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  if (const int error = emu::capture::check_use(stream)) return remember(error);
  if (const int error = emu::capture::wait(stream, found->point)) return remember(error);
  if (!found->point.capture) count(C_STREAM_WAIT);
  return cudaSuccess;
}

// The time of this machine's processor between the two: no statement about any GPU.
EMU_API cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  std::lock_guard<std::mutex> lock(emu::event_mutex);
  const emu::Event* start = emu::find(from);
  const emu::Event* end = emu::find(to);
  if (!start || !end || !start->is_timed() || !end->is_timed()) {
    return remember(cudaErrorInvalidResourceHandle);
  }
  const double seconds = static_cast<double>(end->time.tv_sec - start->time.tv_sec);
  const double nanoseconds = static_cast<double>(end->time.tv_nsec - start->time.tv_nsec);
  *milliseconds = static_cast<float>(seconds * 1e3 + nanoseconds * 1e-6);
  return cudaSuccess;
}
