// CUDA graphs ("CUDA Graphs" of the Programming Guide): work that was recorded once, and is done
// again by every launch.
#pragma once
#include <cuda_runtime_api.h>
#include <stddef.h>

#include <memory>
#include <set>
#include <vector>

#include "work.h"

namespace emu {

struct Node {
  Work work;
  std::set<size_t> after;  // what it depends on, by the places in the graph
  int device;              // that was current at the capture
};

// A node stands behind all that it depends on.
struct Graph {
  std::vector<Node> nodes;
};

// Do all nodes lead to one of `ends`?
bool all_lead_to(const Graph& graph, const std::set<size_t>& ends);

// The counter of launches' nodes for work that a stream counts under `counter`.
int node_counter(int counter);

// Does the work of all nodes, in an order that their dependencies allow: the setting `order`
// chooses among those that could be next. Ends with the first error, a cudaError_t.
int run(const Graph& graph);

// A handle for the graph, until cudaGraphDestroy.
cudaGraph_t keep_graph(Graph graph);

// The graph of a handle; null: no such handle.
std::shared_ptr<const Graph> graph_of(cudaGraph_t handle);

}  // namespace emu
