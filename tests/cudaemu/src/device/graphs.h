// CUDA graphs ("CUDA Graphs" of the Programming Guide): work that was recorded once, and is run by
// every launch.
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
};

// A node stands behind all that it depends on.
struct Graph {
  std::vector<Node> nodes;
};

// A handle for a graph, until cudaGraphDestroy.
cudaGraph_t keep_graph(std::shared_ptr<const Graph> graph);

// Null: no such graph.
std::shared_ptr<const Graph> graph_of(cudaGraph_t handle);

}  // namespace emu
