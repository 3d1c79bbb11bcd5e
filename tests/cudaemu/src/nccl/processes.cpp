#include "processes.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace nccl {
namespace {

struct Status {
  char state = 'X';  // as /proc writes it: dead
  unsigned long long start = 0;
};

// The fields of /proc/PID/stat behind the name, which may hold blanks and brackets itself: the
// state is the third of all, the start the 22nd (proc(5)).
Status status_of(pid_t number) {
  std::ifstream file("/proc/" + std::to_string(number) + "/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  Status status;
  fields >> status.state;
  std::string skipped;
  for (int field = 4; field < 22; field++)
    fields >> skipped;
  fields >> status.start;
  return status;
}

}  // namespace

Process this_process() {
  return {getpid(), status_of(getpid()).start};
}

bool is_alive(const Process& process) {
  const Status status = status_of(process.number);
  return status.state != 'X' && status.state != 'Z' && status.start == process.start;
}

}  // namespace nccl
