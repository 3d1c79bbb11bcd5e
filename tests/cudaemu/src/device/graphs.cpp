#include "graphs.h"

#include <numeric>
#include <utility>

#include "devices.h"
#include "emu_abi.h"
#include "emu_internal.h"
#include "settings.h"

namespace emu {
namespace {

// Takes one of the nodes that may come next out of `ready`, which is not empty.
size_t take_next(std::vector<size_t>* ready, unsigned order, size_t step) {
  const size_t last = ready->size() - 1;
  const size_t chosen = order == 1 ? last : emu_hash(order, step) % ready->size();
  std::swap((*ready)[chosen], (*ready)[last]);
  const size_t node = ready->back();
  ready->pop_back();
  return node;
}

// The places of the nodes in the order in which they run.
std::vector<size_t> schedule(const Graph& graph, unsigned order) {
  const size_t n = graph.nodes.size();
  std::vector<size_t> places(n);
  std::iota(places.begin(), places.end(), size_t{0});
  if (order == 0) return places;  // as recorded

  std::vector<size_t> missing(n), ready;
  std::vector<std::vector<size_t>> followers(n);
  for (size_t i = 0; i < n; i++) {
    missing[i] = graph.nodes[i].after.size();
    if (missing[i] == 0) ready.push_back(i);
    for (const size_t before : graph.nodes[i].after)
      followers[before].push_back(i);
  }
  for (size_t step = 0; step < n; step++) {
    places[step] = take_next(&ready, order, step);
    for (const size_t follower : followers[places[step]])
      if (--missing[follower] == 0) ready.push_back(follower);
  }
  return places;
}

}  // namespace

bool all_lead_to(const Graph& graph, const std::set<size_t>& ends) {
  std::set<size_t> leading = ends;
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (leading.count(i) == 0) return false;
    leading.insert(graph.nodes[i].after.begin(), graph.nodes[i].after.end());
  }
  return true;
}

int node_counter(int counter) {
  switch (counter) {
    case C_KERNEL_LAUNCH: return C_GRAPH_KERNEL_NODE;
    case C_LIB_CALL_BLAS: return C_GRAPH_BLAS_NODE;
    case C_LIB_CALL_NCCL: return C_GRAPH_NCCL_NODE;
    case C_H2D:
    case C_D2H:
    case C_D2D:
    case C_H2H:
    case C_MEMSET: return C_GRAPH_COPY_NODE;
    default: return C_GRAPH_OTHER_NODE;
  }
}

int run(const Graph& graph) {
  for (const size_t place : schedule(graph, settings().order)) {
    const Node& node = graph.nodes[place];
    const OnDevice on_device(node.device);
    count(node_counter(node.work.counter));
    if (const int error = run(node.work)) return error;
  }
  return cudaSuccess;
}

}  // namespace emu
