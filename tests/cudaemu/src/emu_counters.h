// Everything the emulated device counts: the name in C++ and the name in Python.
#pragma once

// clang-format off
#define EMU_COUNTERS(X)                       \
  X(C_KERNEL_LAUNCH,    "kernel_launches")    \
  X(C_LIB_CALL_BLAS,    "cublas_calls")       \
  X(C_LIB_CALL_RAND,    "curand_calls")       \
  X(C_LIB_CALL_NCCL,    "nccl_calls")         \
  X(C_LIB_CALL_SORT,    "sort_calls")         \
  X(C_LIB_CALL_CUB,     "cub_calls")          \
  X(C_H2D,              "h2d")                \
  X(C_H2D_BYTES,        "h2d_bytes")          \
  X(C_D2H,              "d2h")                \
  X(C_D2H_BYTES,        "d2h_bytes")          \
  X(C_D2D,              "d2d")                \
  X(C_D2D_BYTES,        "d2d_bytes")          \
  X(C_H2H,              "h2h")                \
  X(C_H2H_BYTES,        "h2h_bytes")          \
  X(C_MEMSET,           "memset")             \
  X(C_MEMSET_BYTES,     "memset_bytes")       \
  X(C_MALLOC,           "device_mallocs")     \
  X(C_MALLOC_BYTES,     "device_malloc_bytes")\
  X(C_FREE,             "device_frees")       \
  X(C_HOST_ALLOC,       "host_allocs")        \
  X(C_HOST_FUNC,        "host_functions")     \
  X(C_SYNC_STREAM,      "stream_syncs")       \
  X(C_SYNC_DEVICE,      "device_syncs")       \
  X(C_SYNC_EVENT,       "event_syncs")        \
  X(C_SYNC_MEMCPY,      "memcpy_syncs")       \
  X(C_EVENT_RECORD,     "event_records")      \
  X(C_STREAM_WAIT,      "stream_waits")       \
  X(C_NVRTC_COMPILE,    "nvrtc_compiles")     \
  X(C_NVRTC_CACHE_HIT,  "nvrtc_cache_hits")   \
  X(C_MODULE_LOAD,      "module_loads")       \
  X(C_LAUNCH_FAIL,      "failed_launches")    \
  X(C_CAPTURED_NODE,    "captured_nodes")     \
  X(C_GRAPH_INSTANTIATE,"graph_instantiations")\
  X(C_GRAPH_LAUNCH,     "graph_launches")     \
  X(C_GRAPH_KERNEL_NODE,"graph_kernel_nodes") \
  X(C_GRAPH_BLAS_NODE,  "graph_blas_nodes")   \
  X(C_GRAPH_NCCL_NODE,  "graph_nccl_nodes")   \
  X(C_GRAPH_COPY_NODE,  "graph_copy_nodes")   \
  X(C_GRAPH_OTHER_NODE, "graph_other_nodes")
// clang-format on

enum emu_counter {
#define EMU_COUNTER(id, name) id,
  EMU_COUNTERS(EMU_COUNTER)
#undef EMU_COUNTER
      C_COUNT
};
