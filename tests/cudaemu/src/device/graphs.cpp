#include "graphs.h"

#include <map>
#include <mutex>

#include "api.h"
#include "emu_internal.h"
#include "errors.h"
#include "streams.h"

namespace emu {
namespace {

using SharedGraph = std::shared_ptr<const Graph>;

std::mutex graph_mutex;
std::map<cudaGraph_t, SharedGraph> graphs;
std::map<cudaGraphExec_t, SharedGraph> executables;

// Null: no such handle.
template <class Handle>
SharedGraph find(const std::map<Handle, SharedGraph>& table, Handle handle) {
  std::lock_guard<std::mutex> lock(graph_mutex);
  const auto found = table.find(handle);
  return found == table.end() ? nullptr : found->second;
}

template <class Handle>
Handle keep(std::map<Handle, SharedGraph>* table, SharedGraph graph) {
  std::lock_guard<std::mutex> lock(graph_mutex);
  const auto handle = reinterpret_cast<Handle>(new char);  // an address nobody else has
  (*table)[handle] = std::move(graph);
  return handle;
}

template <class Handle>
cudaError_t destroy(std::map<Handle, SharedGraph>* table, Handle handle) {
  std::lock_guard<std::mutex> lock(graph_mutex);
  if (table->erase(handle) == 0) return remember(cudaErrorInvalidValue);
  delete reinterpret_cast<char*>(handle);
  return cudaSuccess;
}

// What a launch counts for a node: apart from the work that streams are given piece by piece.
int node_counter(int counter) {
  switch (counter) {
    case C_KERNEL_LAUNCH: return C_GRAPH_KERNEL_NODE;
    case C_LIB_CALL_BLAS: return C_GRAPH_BLAS_NODE;
    case C_H2D:
    case C_D2H:
    case C_D2D:
    case C_H2H:
    case C_MEMSET: return C_GRAPH_COPY_NODE;
    default: return C_GRAPH_OTHER_NODE;
  }
}

int run_nodes(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    count(node_counter(node.work.counter));
    if (const int error = run(node.work)) return error;
  }
  return cudaSuccess;
}

}  // namespace

cudaGraph_t keep_graph(SharedGraph graph) {
  return keep(&graphs, std::move(graph));
}

SharedGraph graph_of(cudaGraph_t handle) {
  return find(graphs, handle);
}

}  // namespace emu

using emu::remember;

EMU_API cudaError_t cudaGraphInstantiate(cudaGraphExec_t* out, cudaGraph_t handle,
                                         unsigned long long /*flags*/) {
  const auto graph = emu::graph_of(handle);
  if (!graph) return remember(cudaErrorInvalidValue);
  count(C_GRAPH_INSTANTIATE);
  *out = emu::keep(&emu::executables, graph);
  return cudaSuccess;
}

EMU_API cudaError_t cudaGraphUpload(cudaGraphExec_t handle, cudaStream_t stream) {
  if (!emu::is_live(stream)) return remember(cudaErrorInvalidResourceHandle);
  return remember(emu::find(emu::executables, handle) ? cudaSuccess : cudaErrorInvalidValue);
}

EMU_API cudaError_t cudaGraphLaunch(cudaGraphExec_t handle, cudaStream_t stream) {
  const auto graph = emu::find(emu::executables, handle);
  if (!graph) return remember(cudaErrorInvalidValue);
  // The work holds the graph: captured, it outlives cudaGraphExecDestroy.
  return remember(
      emu::submit(stream, {C_GRAPH_LAUNCH, "a graph", [graph] { return emu::run_nodes(*graph); }}));
}

EMU_API cudaError_t cudaGraphDestroy(cudaGraph_t handle) {
  return emu::destroy(&emu::graphs, handle);
}

EMU_API cudaError_t cudaGraphExecDestroy(cudaGraphExec_t handle) {
  return emu::destroy(&emu::executables, handle);
}
