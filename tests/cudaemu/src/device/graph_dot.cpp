// A graph as a DOT file (cudaGraphDebugDotPrint). CUDA does not say what is in it, only that flags
// add to it.
#include <fstream>

#include "api.h"
#include "emu_internal.h"
#include "errors.h"
#include "graphs.h"

EMU_API const char* emu_counter_name(int counter);

using emu::remember;

EMU_API cudaError_t cudaGraphDebugDotPrint(cudaGraph_t handle, const char* path, unsigned flags) {
  const auto graph = emu::graph_of(handle);
  if (!graph) return remember(cudaErrorInvalidValue);
  std::ofstream file(path);
  file << "digraph graph_of_cuda {\n";
  for (size_t i = 0; i < graph->nodes.size(); i++) {
    const emu::Node& node = graph->nodes[i];
    file << "  n" << i << " [label=\"" << node.work.label;
    if (flags) file << "\\ncounted in " << emu_counter_name(emu::node_counter(node.work.counter));
    file << "\"];\n";
    for (const size_t before : node.after)
      file << "  n" << before << " -> n" << i << ";\n";
  }
  file << "}\n";
  file.close();
  return remember(file ? cudaSuccess : cudaErrorInvalidValue);
}
