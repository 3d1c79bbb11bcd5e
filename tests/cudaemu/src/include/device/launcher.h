// The entries of a module's table: a kernel's entry unpacks the arguments and runs the blocks of a
// launch, a variable's tells its address and size.
#pragma once

#include "builtins.h"
#include "hooks.h"

template <class T>
struct __emu_begins_with_pointer : std::is_pointer<T> {};

// CuPy's array argument begins with the data pointer: the launcher checks that one too.
template <class T, int ndim, bool c_contiguous, bool index_32_bits>
class CArray;

template <class T, int ndim, bool c_contiguous, bool index_32_bits>
struct __emu_begins_with_pointer<CArray<T, ndim, c_contiguous, index_32_bits>> : std::true_type {};

inline emu_vec3 __emu_unflatten(unsigned long long index, emu_vec3 shape) {
  const unsigned long long rows = index / shape.x;
  return {(unsigned)(index % shape.x), (unsigned)(rows % shape.y), (unsigned)(rows / shape.y)};
}

template <auto kernel>
struct __emu_kernel;

template <class... Parameters, void (*kernel)(Parameters...)>
struct __emu_kernel<kernel> {
  template <size_t... i>
  static void call([[maybe_unused]] void** arguments, std::index_sequence<i...>) {
    kernel(*(std::remove_cv_t<std::remove_reference_t<Parameters>>*)arguments[i]...);
  }

  static void thread(void* arguments) {
    call((void**)arguments, std::index_sequence_for<Parameters...>());
  }

  // Without barriers a thread runs from its beginning to its end, and needs no fiber.
  static void run_threads(const emu_launch& launch, unsigned threads, unsigned order) {
    for (unsigned i = 0; i < threads; i++) {
      __emu_thread_index = __emu_unflatten(emu_perm(i, threads, order), launch.block);
      thread(launch.params);
    }
  }

  // The same in the order of the numbers, without a division for every thread: most launches.
  static void run_threads_in_order(const emu_launch& launch) {
    const emu_vec3 shape = launch.block;
    for (unsigned z = 0; z < shape.z; z++)
      for (unsigned y = 0; y < shape.y; y++)
        for (unsigned x = 0; x < shape.x; x++) {
          __emu_thread_index = {x, y, z};
          thread(launch.params);
        }
  }

  static void run(emu_launch* launch) {
    __emu_api = launch->api;
    __emu_dynsmem = launch->dynsmem;
    __emu_block_shape = launch->block;
    __emu_grid_shape = launch->grid;
    const unsigned threads = launch->block.x * launch->block.y * launch->block.z;
    const unsigned long long blocks = 1ull * launch->grid.x * launch->grid.y * launch->grid.z;
    for (unsigned long long i = 0; i < blocks; i++) {
      __emu_block_index = __emu_unflatten(emu_perm(i, blocks, launch->order), launch->grid);
      if (launch->fibers) {
        launch->api->run_block(threads, thread, launch->params, &__emu_thread_index, launch->block);
      } else if (launch->order) {
        run_threads(*launch, threads, emu_phase_order(launch->order, i));
      } else {
        run_threads_in_order(*launch);
      }
    }
  }

  static emu_desc descriptor(const char* name) {
    // The 0 at the end: an array of no elements is not C++.
    static const unsigned sizes[] = {(unsigned)sizeof(Parameters)..., 0};
    static const unsigned char pointers[] = {
        __emu_begins_with_pointer<std::remove_cv_t<Parameters>>::value..., 0};
    return {name, (void*)kernel, run, (unsigned)sizeof...(Parameters), sizes, pointers, 0};
  }
};

// The table is made of names alone (`&name`), which may be of kernels or of variables.
template <class T, T* address>
emu_desc __emu_descriptor(const char* name) {
  if constexpr (std::is_function<T>::value) {
    return __emu_kernel<address>::descriptor(name);
  } else {
    return {name, (void*)address, nullptr, 0, nullptr, nullptr, sizeof(T)};
  }
}

#define __EMU_DESC(name, ...) \
  __emu_descriptor<std::remove_pointer_t<decltype(__VA_ARGS__)>, __VA_ARGS__>(name)
