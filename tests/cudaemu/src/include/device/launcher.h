// Entries of a module's table: unpack the argument array, loop over blocks and threads.
#pragma once

#include "keywords.h"
#include "hooks.h"
#include "builtins.h"

template <class T>
struct __emu_isptr {
  static constexpr unsigned char value = std::is_pointer<T>::value;
};
template <auto P>
struct __emu_entity;  // variables
template <class T, T* P>
struct __emu_var {
  static emu_desc desc(const char* n) {
    return emu_desc{n, (void*)P, nullptr, 0, nullptr, nullptr, sizeof(T)};
  }
};
template <class... A, void (*F)(A...)>
struct __emu_entity<F> {
  template <size_t... I>
  static void call(void** p, std::index_sequence<I...>) {
    (void)p;
    F(*(std::remove_cv_t<std::remove_reference_t<A>>*)p[I]...);
  }
  static void thread(void* p) { call((void**)p, std::index_sequence_for<A...>()); }
  static void run(emu_launch* L) {
    __emu_api = L->api;
    __emu_dynsmem = L->dynsmem;
    __emu_bdim = L->block;
    __emu_gdim = L->grid;
    const unsigned long long gx = L->grid.x, gy = L->grid.y, nb = gx * gy * L->grid.z;
    const unsigned bx = L->block.x, by = L->block.y, bz = L->block.z, nt = bx * by * bz;
    for (unsigned long long i = 0; i < nb; i++) {
      unsigned long long k = L->order ? emu_perm(i, nb, L->order) : i;
      __emu_bid = emu_vec3{(unsigned)(k % gx), (unsigned)(k / gx % gy), (unsigned)(k / (gx * gy))};
      if (L->fibers)
        L->api->run_block(nt, thread, L->params, &__emu_tid, L->block);
      else if (L->order)
        for (unsigned t = 0; t < nt; t++) {
          unsigned q = (unsigned)emu_perm(t, nt, emu_phase_order(L->order, i));
          __emu_tid = emu_vec3{q % bx, q / bx % by, q / (bx * by)};
          thread(L->params);
        }
      else
        for (unsigned c = 0; c < bz; c++)
          for (unsigned b = 0; b < by; b++)
            for (unsigned a = 0; a < bx; a++) {
              __emu_tid = emu_vec3{a, b, c};
              thread(L->params);
            }
    }
  }
  static emu_desc desc(const char* n) {
    static const unsigned sizes[] = {(unsigned)sizeof(A)..., 0};
    static const unsigned char isptr[] = {__emu_isptr<std::remove_cv_t<A>>::value..., 0};
    return emu_desc{n, (void*)F, run, (unsigned)sizeof...(A), sizes, isptr, 0};
  }
};
template <class T, T* P, bool = std::is_function<T>::value>
struct __emu_pick {
  static emu_desc desc(const char* n) { return __emu_var<T, P>::desc(n); }
};
template <class T, T* P>
struct __emu_pick<T, P, true> {
  static emu_desc desc(const char* n) { return __emu_entity<P>::desc(n); }
};
#define __EMU_DESC(name, ...) \
  __emu_pick<std::remove_pointer_t<decltype(__VA_ARGS__)>, __VA_ARGS__>::desc(name)
// CuPy's array argument types begin with the data pointer; let the launcher validate it.
template <class T, int N, bool C, bool B>
class CArray;
template <class T, int N, bool C, bool B>
struct __emu_isptr<CArray<T, N, C, B>> {
  static constexpr unsigned char value = 1;
};
