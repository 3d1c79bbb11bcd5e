// Device work: what a stream is given, and what a node of a graph does.
#pragma once
#include <functional>
#include <string>

#include "emu_counters.h"

namespace emu {

struct Work {
  int counter;                  // of a piece of work that a stream does
  std::string label;            // names it in complaints
  std::function<int()> body;    // returns a cudaError_t
  int bytes_counter = C_COUNT;  // of what it moves; C_COUNT: none
  size_t bytes = 0;
};

// Does the work, and returns a cudaError_t. Nothing is counted except what fails.
int run(const Work& work);

}  // namespace emu
