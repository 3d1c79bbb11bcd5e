// The functions of the CUDA runtime about graphs ("Graph Management" of the Runtime API).
#include <map>
#include <mutex>

#include "api.h"
#include "emu_internal.h"
#include "errors.h"
#include "graphs.h"
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
int release(std::map<Handle, SharedGraph>* table, Handle handle) {
  std::lock_guard<std::mutex> lock(graph_mutex);
  if (table->erase(handle) == 0) return cudaErrorInvalidValue;
  delete reinterpret_cast<char*>(handle);
  return cudaSuccess;
}

}  // namespace

cudaGraph_t keep_graph(Graph graph) {
  return keep(&graphs, std::make_shared<const Graph>(std::move(graph)));
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

// The work holds the graph: in a stream that captures it becomes a node, and may outlive the
// handle.
EMU_API cudaError_t cudaGraphLaunch(cudaGraphExec_t handle, cudaStream_t stream) {
  const auto graph = emu::find(emu::executables, handle);
  if (!graph) return remember(cudaErrorInvalidValue);
  const auto body = [graph] { return emu::run(*graph); };
  return remember(emu::submit(stream, {C_GRAPH_LAUNCH, "a graph", body}));
}

EMU_API cudaError_t cudaGraphDestroy(cudaGraph_t handle) {
  return remember(emu::release(&emu::graphs, handle));
}

EMU_API cudaError_t cudaGraphExecDestroy(cudaGraphExec_t handle) {
  return remember(emu::release(&emu::executables, handle));
}
