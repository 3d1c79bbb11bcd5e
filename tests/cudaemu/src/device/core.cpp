// libcudaemu: CUDA runtime + driver API on the CPU. One device, one virtual queue, everything executes
// synchronously at submission (a legal CUDA schedule); streams under capture record instead of executing.
#include "emu_internal.h"
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>
#define API extern "C" __attribute__((visibility("default")))
typedef cudaError_t E;

extern "C" __attribute__((visibility("default"))) unsigned long long emu_counters[C_COUNT] = {};
API int emu_counter_count() { return C_COUNT; }

static long env_long(const char* n, long d) { const char* v = getenv(n); return v && *v ? atol(v) : d; }
void emu_complain(const char* fmt, ...) {
  static long on = env_long("CUDAEMU_VERBOSE", 1);
  if (!on) return;
  va_list ap; va_start(ap, fmt); fputs("[cudaemu] ", stderr); vfprintf(stderr, fmt, ap); fputc('\n', stderr); va_end(ap);
}
static thread_local int t_last = 0;
static E ret(int e) { if (e) t_last = e; return (E)e; }

// ------------------------------------------------------------------------------------------------ memory
// Device memory is host memory that the emulator mmaps, one mapping per cudaMalloc with a guard page behind it.
// The table lets us tell device from host pointers, check copy bounds and catch use after free.
enum { MEM_DEVICE = cudaMemoryTypeDevice, MEM_HOST = cudaMemoryTypeHost, MEM_MANAGED = cudaMemoryTypeManaged };
struct Alloc { size_t size, mapped; int type; char* map; bool owned; };
static std::mutex g_mem;
static std::map<uintptr_t, Alloc> g_alloc;
static size_t g_used = 0;
static size_t g_total = (size_t)env_long("CUDAEMU_MEMORY_MB", 8192) << 20;
static size_t mem_total() { return g_total; }
API void emu_set_memory(size_t bytes) { g_total = bytes; }
API size_t emu_get_memory() { return g_total; }
static int g_guard = (int)env_long("CUDAEMU_GUARD", 0);
API void emu_set_guard(int on) { g_guard = on; }
API int emu_get_guard() { return g_guard; }

static const std::pair<const uintptr_t, Alloc>* find(const void* p) {   // g_mem held
  auto it = g_alloc.upper_bound((uintptr_t)p);
  if (it == g_alloc.begin()) return nullptr;
  --it;
  return (uintptr_t)p < it->first + it->second.size || (uintptr_t)p == it->first ? &*it : nullptr;
}
bool emu_device_ok(const void* p, size_t n) {
  if (!p || !n) return true;
  std::lock_guard<std::mutex> l(g_mem);
  auto a = find(p);
  return a && (uintptr_t)p + n <= a->first + a->second.size;
}
bool emu_is_device_ptr(const void* p) {
  std::lock_guard<std::mutex> l(g_mem);
  auto a = find(p);
  return a && a->second.type != MEM_HOST;
}
// A pointer argument of a kernel: NULL, inside an allocation, or one past its end (empty views).
static bool arg_ptr_ok(const void* p) {
  if (!p) return true;
  std::lock_guard<std::mutex> l(g_mem);
  if (find(p)) return true;
  auto it = g_alloc.upper_bound((uintptr_t)p);
  if (it == g_alloc.begin()) return false;
  --it;
  return (uintptr_t)p == it->first + it->second.size;
}
static E do_malloc(void** out, size_t size, int type) {
  if (!out) return ret(cudaErrorInvalidValue);
  if (size == 0) { *out = nullptr; return cudaSuccess; }
  size_t page = 4096, len = (size + page - 1) / page * page;
  std::lock_guard<std::mutex> l(g_mem);
  if (type != MEM_HOST && (g_used + len > mem_total() || len < size)) return ret(cudaErrorMemoryAllocation);
  char* m = (char*)mmap(nullptr, len + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (m == MAP_FAILED) return ret(cudaErrorMemoryAllocation);
  mprotect(m + len, page, PROT_NONE);
  char* p = m;
  static long poison = env_long("CUDAEMU_POISON", 1);
  if (g_guard) p = m + (len - (size + 15) / 16 * 16);          // end of the buffer touches the guard page
  if (poison && type == MEM_DEVICE && size <= (64u << 20)) memset(p, 0xff, size);   // NaN / -1: no accidental zeros
  g_alloc[(uintptr_t)p] = Alloc{size, len + page, type, m, true};
  if (type != MEM_HOST) { g_used += len; count(C_MALLOC); count(C_MALLOC_BYTES, size); } else count(C_HOST_ALLOC);
  *out = p;
  return cudaSuccess;
}
static E do_free(void* p, bool host) {
  if (!p) return cudaSuccess;
  std::lock_guard<std::mutex> l(g_mem);
  auto it = g_alloc.find((uintptr_t)p);
  if (it == g_alloc.end() || (it->second.type == MEM_HOST) != host || !it->second.owned) {
    emu_complain("free of %p which is not a live allocation", p);
    return ret(cudaErrorInvalidValue);
  }
  if (!host) { g_used -= it->second.mapped - 4096; count(C_FREE); }
  munmap(it->second.map, it->second.mapped);                  // later accesses fault -> cudaErrorIllegalAddress
  g_alloc.erase(it);
  return cudaSuccess;
}

// ------------------------------------------------------------------------------------------------ streams and graphs
struct Node { int kind; std::string label; std::function<int()> work; };
struct Graph { std::vector<Node> nodes; };
struct Capture { Graph* graph; struct Stream* origin; cudaStreamCaptureMode mode; bool broken = false; pthread_t owner; std::set<struct Stream*> joined; };
// Vector clock of a stream inside a capture: how many nodes of every joined stream it depends on.
typedef std::map<struct Stream*, int> Clock;
struct Stream { unsigned flags = 0; int prio = 0; std::shared_ptr<Capture> cap; Clock clock; };
struct Event { unsigned flags = 0; bool recorded = false; struct timespec t; std::shared_ptr<Capture> cap; Clock clock; };
static std::recursive_mutex g_api;                            // protects streams, events, captures, modules
static std::set<Stream*> g_streams;
static std::set<Event*> g_events;
static std::set<std::shared_ptr<Capture>> g_caps;
static Stream g_legacy, g_ptds;
static Stream* S(cudaStream_t s) {                            // nullptr: bad handle
  if (!s || s == cudaStreamLegacy) return &g_legacy;
  if (s == cudaStreamPerThread) return &g_ptds;
  return g_streams.count((Stream*)s) ? (Stream*)s : nullptr;
}
static int execute(int kind, const std::function<int()>& work) { count(kind); return work(); }
// An API call that is illegal while a (non-relaxed) capture is active, e.g. cudaMalloc.
static int unsafe_in_capture() {
  std::lock_guard<std::recursive_mutex> l(g_api);
  for (auto& c : g_caps)
    if (c->mode == cudaStreamCaptureModeGlobal || (c->mode == cudaStreamCaptureModeThreadLocal && pthread_equal(c->owner, pthread_self()))) {
      c->broken = true;
      return cudaErrorStreamCaptureUnsupported;
    }
  return 0;
}
// Work on the legacy stream implicitly synchronises with every blocking stream: illegal while one captures.
static int legacy_check(Stream* s, bool query = false) {
  if (s != &g_legacy) return 0;
  for (auto& c : g_caps)
    for (Stream* j : c->joined)
      if (!(j->flags & cudaStreamNonBlocking)) { c->broken |= !query; return cudaErrorStreamCaptureImplicit; }
  return 0;
}
int emu_submit(void* stream, int kind, const std::string& label, std::function<int()> work) {
  std::unique_lock<std::recursive_mutex> l(g_api);
  Stream* s = S((cudaStream_t)stream);
  if (!s) return cudaErrorInvalidResourceHandle;
  if (s->cap) {
    if (s->cap->broken) return cudaErrorStreamCaptureInvalidated;
    count(C_NODE_CAPTURED);
    s->clock[s]++;
    s->cap->graph->nodes.push_back(Node{kind, label, std::move(work)});
    return 0;
  }
  if (int e = legacy_check(s)) return e;
  l.unlock();
  return execute(kind, work);
}
// A host-side wait for stream s (nullptr: whole device).
static int wait_stream(Stream* s) {
  std::lock_guard<std::recursive_mutex> l(g_api);
  if (s && s->cap) { s->cap->broken = true; return cudaErrorStreamCaptureUnsupported; }
  if (!s && !g_caps.empty()) { for (auto& c : g_caps) c->broken = true; return cudaErrorStreamCaptureUnsupported; }
  return s ? legacy_check(s) : 0;
}

// ------------------------------------------------------------------------------------------------ copies
static const char* kindname(int k) { static const char* n[] = {"HostToHost", "HostToDevice", "DeviceToHost", "DeviceToDevice", "Default"}; return k >= 0 && k < 5 ? n[k] : "?"; }
// Resolve the direction; refuse host pointers where a device pointer is promised and vice versa.
static int copy_check(void* d, const void* s, size_t n, int kind, int* counter) {
  bool dd = emu_is_device_ptr(d), sd = emu_is_device_ptr(s);
  if (kind == cudaMemcpyDefault) kind = dd ? (sd ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice) : (sd ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost);
  bool wd = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice, ws = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (kind < 0 || kind > 3) return cudaErrorInvalidMemcpyDirection;
  if (n && ((wd && !emu_device_ok(d, n)) || (ws && !emu_device_ok(s, n)))) {
    emu_complain("memcpy %s of %zu bytes: dst %p (%s) src %p (%s) is not inside a live device allocation", kindname(kind), n, d, dd ? "device" : "host", s, sd ? "device" : "host");
    return cudaErrorInvalidValue;
  }
  *counter = kind == 1 ? C_H2D : kind == 2 ? C_D2H : kind == 3 ? C_D2D : C_H2H;
  return 0;
}
static int do_memcpy(void* d, const void* s, size_t n, int kind, cudaStream_t st, bool async) {
  int c = C_H2H;
  if (int e = copy_check(d, s, n, kind, &c)) return e;
  if (!async) {                                               // the synchronous form blocks the host
    if (int e = unsafe_in_capture()) return e;
    if (c != C_D2D) count(C_SYNC_MEMCPY);
  }
  return emu_submit(st, c, "memcpy", [=] { count(c + 1, n); if (!emu_device_ok(d, c == C_H2D || c == C_D2D ? n : 0) || !emu_device_ok(s, c == C_D2H || c == C_D2D ? n : 0)) return (int)cudaErrorIllegalAddress; memmove(d, s, n); return 0; });
}
static int do_memset(void* d, int v, size_t n, cudaStream_t st) {
  if (n && !(emu_is_device_ptr(d) && emu_device_ok(d, n))) { emu_complain("memset on %p (%zu bytes): not a live device allocation", d, n); return cudaErrorInvalidValue; }
  return emu_submit(st, C_MEMSET, "memset", [=] { count(C_MEMSET_BYTES, n); memset(d, v, n); return 0; });
}
static int do_memcpy2d(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, int kind, cudaStream_t st, bool async) {
  if (!w || !h) return 0;
  if (w > dp || w > sp) return cudaErrorInvalidPitchValue;
  int c;
  if (int e = copy_check(d, s, w, kind, &c)) return e;
  if (int e = copy_check((char*)d + dp * (h - 1), (char*)s + sp * (h - 1), w, kind, &c)) return e;
  if (!async && c != C_D2D) count(C_SYNC_MEMCPY);
  return emu_submit(st, c, "memcpy2d", [=] { count(c + 1, w * h); for (size_t i = 0; i < h; i++) memmove((char*)d + i * dp, (char*)s + i * sp, w); return 0; });
}

// ------------------------------------------------------------------------------------------------ fibers
// The threads of one block run as cooperative fibers on their own stacks; barriers yield to the scheduler.
extern "C" void emu_switch(void** save_sp, void* new_sp);
asm(".text\n.globl emu_switch\n.type emu_switch,@function\nemu_switch:\n"
    " pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
    " movq %rsp,(%rdi)\n movq %rsi,%rsp\n"
    " popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n ret\n.size emu_switch,.-emu_switch\n");
// CUDAEMU_ORDER=reverse or a number >1: other legal execution orders, to expose code that depends on the order.
static unsigned g_order = [] { const char* o = getenv("CUDAEMU_ORDER"); return !o || !*o ? 0u : !strcmp(o, "reverse") ? 1u : (unsigned)atol(o); }();
API void emu_set_order(unsigned order) { g_order = order; }
API unsigned emu_get_order() { return g_order; }
enum { F_READY, F_BLOCK, F_WARP, F_DONE };
struct Fiber { void* sp; int state; unsigned mask; };
static const size_t FSTACK = 256 << 10;
static struct Sched {
  char* stacks = nullptr;
  void* main_sp; Fiber f[1024]; uint64_t slots[32][32];
  unsigned n, cur; void (*entry)(void*); void* arg;
  int acc_n, acc_and, acc_or, res_n, res_and, res_or;
} sc;
static sigjmp_buf g_jmp;
static volatile sig_atomic_t g_in_launch = 0;
static volatile int g_fail = 0;
static const char* g_failmsg = "";
static void fail(int err, const char* msg) { g_fail = err; g_failmsg = msg; siglongjmp(g_jmp, 1); }
static void yield_(int state) { Fiber& f = sc.f[sc.cur]; f.state = state; emu_switch(&f.sp, sc.main_sp); }
static void sync_block() { sc.acc_n = sc.acc_n; yield_(F_BLOCK); }
static int sync_block_acc(int p, int op) {
  sc.acc_n += !!p; sc.acc_and &= !!p; sc.acc_or |= !!p;
  yield_(F_BLOCK);
  return op == 0 ? sc.res_n : op == 1 ? sc.res_and : sc.res_or;
}
static void sync_warp(unsigned mask) {
  unsigned lane = sc.cur & 31;
  if (!(mask >> lane & 1)) fail(cudaErrorIllegalInstruction, "warp-synchronous call whose mask does not contain the calling lane");
  sc.f[sc.cur].mask = mask;
  yield_(F_WARP);
}
static uint64_t* warp_slots() { return sc.slots[sc.cur / 32]; }
static unsigned lane_id() { return sc.cur & 31; }
static void fiber_main() { sc.entry(sc.arg); yield_(F_DONE); __builtin_trap(); }
static void run_block(unsigned n, void (*entry)(void*), void* arg, emu_vec3* tid, emu_vec3 bd) {
  if (!sc.stacks) {
    sc.stacks = (char*)mmap(nullptr, FSTACK * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (int i = 0; i < 1024; i++) mprotect(sc.stacks + i * FSTACK, 4096, PROT_NONE);   // overflow faults
  }
  count(C_FIBER_BLOCKS);
  sc.n = n; sc.entry = entry; sc.arg = arg; sc.acc_n = sc.acc_or = 0; sc.acc_and = 1;
  for (unsigned i = 0; i < n; i++) {
    void** sp = (void**)(sc.stacks + (i + 1) * FSTACK - 64);
    *--sp = nullptr;                       // alignment: rsp % 16 == 8 at function entry
    *--sp = (void*)fiber_main;
    for (int k = 0; k < 6; k++) *--sp = nullptr;
    sc.f[i].sp = sp; sc.f[i].state = F_READY;
  }
  const unsigned nw = (n + 31) / 32;
  for (;;) {
    bool progress = false;
    unsigned live = 0, at_block = 0;
    for (unsigned q = 0; q < nw; q++) {
      unsigned w = 32 * (unsigned)emu_perm(q, nw, g_order), end = w + 32 < n ? w + 32 : n;
      for (bool again = true; again;) {
        again = false;
        for (unsigned k = w; k < end; k++) {
          unsigned i = w + (unsigned)emu_perm(k - w, end - w, g_order);
          if (sc.f[i].state == F_READY) {
            sc.cur = i;
            tid->x = i % bd.x; tid->y = i / bd.x % bd.y; tid->z = i / (bd.x * bd.y);
            emu_switch(&sc.main_sp, sc.f[i].sp);
            progress = true;
          }
        }
        for (unsigned i = w; i < end; i++) {              // release complete warp barriers
          if (sc.f[i].state != F_WARP) continue;
          unsigned m = sc.f[i].mask; bool ok = true;
          for (unsigned j = w; j < end && ok; j++)
            if (m >> (j - w) & 1 && sc.f[j].state != F_DONE) ok = sc.f[j].state == F_WARP && sc.f[j].mask == m;
          if (!ok) continue;
          for (unsigned j = w; j < end; j++) if (m >> (j - w) & 1 && sc.f[j].state == F_WARP) sc.f[j].state = F_READY;
          again = true;
        }
      }
      for (unsigned i = w; i < end; i++) { live += sc.f[i].state != F_DONE; at_block += sc.f[i].state == F_BLOCK; }
    }
    if (!live) return;
    if (at_block == live) {
      sc.res_n = sc.acc_n; sc.res_and = sc.acc_and; sc.res_or = sc.acc_or; sc.acc_n = sc.acc_or = 0; sc.acc_and = 1;
      for (unsigned i = 0; i < n; i++) if (sc.f[i].state == F_BLOCK) sc.f[i].state = F_READY;
    } else if (!progress)
      fail(cudaErrorLaunchTimeout, "deadlock: threads of a block wait at different barriers (divergent __syncthreads/__syncwarp)");
  }
}
static const emu_api g_kapi = {sync_block, sync_block_acc, sync_warp, warp_slots, lane_id, fail, run_block};

static void on_fault(int sig, siginfo_t* si, void*) {
  if (g_in_launch) {
    g_fail = sig == SIGFPE ? cudaErrorLaunchFailure : cudaErrorIllegalAddress;
    g_failmsg = sig == SIGFPE ? "integer division by zero / overflow trap (a GPU would return garbage instead)" : "invalid memory access";
    siglongjmp(g_jmp, 1);
  }
  signal(sig, SIG_DFL); raise(sig);
}

// ------------------------------------------------------------------------------------------------ modules and launches
struct Module { void* so; const emu_desc* descs; bool fibers; std::vector<struct Func*> funcs; };
struct Func { Module* mod; const emu_desc* d; std::string name; int max_dyn = 48 << 10; };
static std::set<Func*> g_funcs;
static std::mutex g_exec;                                     // one kernel at a time

static int run_kernel(Func* f, emu_vec3 g, emu_vec3 b, size_t smem, void** params) {
  for (unsigned i = 0; i < f->d->nparams; i++)
    if (f->d->isptr[i] && !arg_ptr_ok(*(void**)params[i])) {
      emu_complain("kernel %s: argument %u is %p, not a live device pointer (host pointer or use after free?)", f->name.c_str(), i, *(void**)params[i]);
      count(C_LAUNCH_FAIL);
      return cudaErrorIllegalAddress;
    }
  std::lock_guard<std::mutex> l(g_exec);
  static char* altstack = (char*)malloc(1 << 16);
  stack_t ss = {altstack, 0, 1 << 16}, oss;
  sigaltstack(&ss, &oss);
  struct sigaction sa = {}, old[3];
  sa.sa_sigaction = on_fault; sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  int sigs[3] = {SIGSEGV, SIGFPE, SIGBUS};
  for (int i = 0; i < 3; i++) sigaction(sigs[i], &sa, &old[i]);
  static std::vector<char> dyn;
  dyn.resize(smem + 1024);
  emu_launch L = {g, b, params, (void*)(((uintptr_t)dyn.data() + 255) & ~(uintptr_t)255), &g_kapi, f->mod->fibers, g_order};
  g_fail = 0;
  if (sigsetjmp(g_jmp, 0) == 0) { g_in_launch = 1; f->d->run(&L); }
  g_in_launch = 0;
  for (int i = 0; i < 3; i++) sigaction(sigs[i], &old[i], nullptr);
  sigaltstack(&oss, nullptr);
  count(C_THREADS, (unsigned long long)g.x * g.y * g.z * b.x * b.y * b.z);
  if (g_fail) { count(C_LAUNCH_FAIL); emu_complain("kernel %s failed: %s", f->name.c_str(), g_failmsg); }
  return g_fail;
}
static int launch(Func* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned smem, void* st, void** params, void** extra) {
  { std::lock_guard<std::recursive_mutex> l(g_api); if (!g_funcs.count(f)) return cudaErrorInvalidResourceHandle; }
  if (!gx || !gy || !gz || !bx || !by || !bz || bx > 1024 || by > 1024 || bz > 64 || (uint64_t)bx * by * bz > 1024 || gx > 0x7fffffffu || gy > 65535 || gz > 65535 || smem > (unsigned)f->max_dyn || (extra && !params))
    return cudaErrorInvalidValue;
  emu_vec3 g = {gx, gy, gz}, b = {bx, by, bz};
  const emu_desc* d = f->d;
  // Arguments are copied now, as CUDA does (a captured launch replays these values).
  size_t total = 0;
  for (unsigned i = 0; i < d->nparams; i++) total += (d->sizes[i] + 15) / 16 * 16;
  std::shared_ptr<char> buf((char*)aligned_alloc(16, total + 16), free);
  auto ptrs = std::make_shared<std::vector<void*>>();
  size_t off = 0;
  for (unsigned i = 0; i < d->nparams; i++) { memcpy(buf.get() + off, params[i], d->sizes[i]); ptrs->push_back(buf.get() + off); off += (d->sizes[i] + 15) / 16 * 16; }
  return emu_submit(st, C_KERNEL_LAUNCH, f->name, [=] { (void)buf; return run_kernel(f, g, b, smem, ptrs->data()); });
}

// Module image = header + ELF shared object (see emu_nvrtc.cpp).
API int cuModuleLoadData(void** mod, const void* image) {
  if (memcmp(image, "CUDAEMU\1", 8)) { emu_complain("module image was not produced by the emulated NVRTC (real cubin/PTX/fatbin cannot run here)"); return cudaErrorInvalidKernelImage; }
  uint64_t n; memcpy(&n, (const char*)image + 8, 8);
  // A private temporary file: dlopen identifies libraries by path and inode, so every module needs its own.
  const char* tmp = getenv("TMPDIR");
  std::string path = std::string(tmp && *tmp ? tmp : "/tmp") + "/cudaemu-module-XXXXXX";
  int fd = mkstemp(&path[0]);
  if (fd < 0) return cudaErrorMemoryAllocation;
  bool ok = write(fd, (const char*)image + 16, n) == (ssize_t)n;
  close(fd);
  void* so = ok ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (!so) emu_complain("loading a kernel module failed: %s", ok ? dlerror() : "short write");
  unlink(path.c_str());
  if (!so) return cudaErrorInvalidKernelImage;
  auto descs = (const emu_desc*)dlsym(so, "__emu_descs");
  if (!descs) { dlclose(so); return cudaErrorInvalidKernelImage; }
  *mod = new Module{so, descs, dlsym(so, "__emu_uses_barrier") != nullptr, {}};
  // device variables are device memory: enter them in the allocation table
  for (auto d = descs; d->name; d++) if (!d->run) { std::lock_guard<std::mutex> l(g_mem); g_alloc[(uintptr_t)d->addr] = Alloc{d->varsize, 0, MEM_DEVICE, nullptr, false}; }
  count(C_MODULE_LOAD);
  return 0;
}
API int cuModuleLoad(void** mod, const char* fname) {
  FILE* f = fopen(fname, "rb");
  if (!f) return cudaErrorFileNotFound;
  std::string s; char buf[65536]; size_t n;
  while ((n = fread(buf, 1, sizeof buf, f)) > 0) s.append(buf, n);
  fclose(f);
  return s.size() < 16 ? cudaErrorInvalidKernelImage : cuModuleLoadData(mod, s.data());
}
API int cuModuleUnload(void* m) {
  Module* mod = (Module*)m;
  std::lock_guard<std::recursive_mutex> l(g_api);
  for (auto d = mod->descs; d->name; d++) if (!d->run) { std::lock_guard<std::mutex> l2(g_mem); g_alloc.erase((uintptr_t)d->addr); }
  // A captured graph may still refer to the functions: keep the code mapped, as CUDA keeps it loaded for a graph.
  return 0;
}
static const emu_desc* lookup(Module* m, const char* name, bool func) {
  for (auto d = m->descs; d->name; d++) if (!strcmp(d->name, name) && !!d->run == func) return d;
  void* a = dlsym(m->so, name);                               // mangled name (NVRTC lowered name)
  for (auto d = m->descs; a && d->name; d++) if (d->addr == a && !!d->run == func) return d;
  return nullptr;
}
API int cuModuleGetFunction(void** f, void* m, const char* name) {
  auto d = lookup((Module*)m, name, true);
  if (!d) return cudaErrorSymbolNotFound;
  Func* fn = new Func{(Module*)m, d, name};
  std::lock_guard<std::recursive_mutex> l(g_api);
  g_funcs.insert(fn);
  *f = fn;
  return 0;
}
API int cuModuleGetGlobal_v2(void** p, size_t* n, void* m, const char* name) {
  auto d = lookup((Module*)m, name, false);
  if (!d) return cudaErrorSymbolNotFound;
  if (p) *p = d->addr;
  if (n) *n = d->varsize;
  return 0;
}
API int cuLaunchKernel(void* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned smem, void* st, void** params, void** extra) {
  return launch((Func*)f, gx, gy, gz, bx, by, bz, smem, st, params, extra);
}
API int cuLaunchCooperativeKernel(void* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned smem, void* st, void** params) {
  if ((uint64_t)gx * gy * gz > 1) emu_complain("cooperative launch of %u blocks: grid-wide sync is not emulated", gx * gy * gz);
  return launch((Func*)f, gx, gy, gz, bx, by, bz, smem, st, params, nullptr);
}
API int cuFuncGetAttribute(int* v, int attr, void* f) {
  Func* fn = (Func*)f;
  switch (attr) { case 0: *v = 1024; break; case 1: case 2: case 3: *v = 0; break; case 4: *v = 32; break; case 5: case 6: *v = 90; break;
    case 8: *v = fn->max_dyn; break; case 9: *v = -1; break; default: *v = 0; }
  return 0;
}
API int cuFuncSetAttribute(void* f, int attr, int v) {
  if (attr == 8) { if (v < 0 || v > 227 << 10) return cudaErrorInvalidValue; ((Func*)f)->max_dyn = v; }
  return 0;
}
API int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* n, void*, int bs, size_t smem) {
  if (bs <= 0 || bs > 1024) return cudaErrorInvalidValue;
  int a = 2048 / ((bs + 31) / 32 * 32), b = smem ? (int)((228u << 10) / smem) : 32;
  *n = a < b ? a : b; if (*n > 32) *n = 32;
  return 0;
}
API int cuOccupancyMaxPotentialBlockSize(int* mg, int* bs, void*, void*, size_t, int limit) { *bs = limit > 0 && limit < 1024 ? limit : 1024; *mg = 132 * 2; return 0; }
// Device linking (-rdc): the emulator has a single image, so "linking" passes the first image through.
API int cuLinkCreate_v2(unsigned, void*, void*, void** st) { *st = new std::string; return 0; }
API int cuLinkAddData_v2(void* st, int, void* data, size_t n, const char*, unsigned, void*, void*) { auto s = (std::string*)st; if (s->empty()) s->assign((char*)data, n); return 0; }
API int cuLinkAddFile_v2(void*, int, const char*, unsigned, void*, void*) { return 0; }
API int cuLinkComplete(void* st, void** out, size_t* n) { auto s = (std::string*)st; *out = &(*s)[0]; *n = s->size(); return 0; }
API int cuLinkDestroy(void* st) { delete (std::string*)st; return 0; }

// Contexts: exactly one, always current.
static int g_ctx;
static thread_local void* t_ctx = nullptr;             // becomes current with the first runtime call of a thread
static void touch() { if (!t_ctx) t_ctx = &g_ctx; }
API int cuInit(unsigned) { return 0; }
API int cuDriverGetVersion(int* v) { *v = CUDART_VERSION; return 0; }
API int cuCtxGetCurrent(void** c) { *c = t_ctx; return 0; }
API int cuCtxSetCurrent(void* c) { t_ctx = c; return 0; }
API int cuCtxCreate_v2(void** c, unsigned, int) { *c = t_ctx = malloc(8); return 0; }
API int cuCtxDestroy_v2(void* c) { if (t_ctx == c) t_ctx = &g_ctx; return 0; }
API int cuCtxGetDevice(int* d) { *d = 0; return 0; }
API int cuDevicePrimaryCtxRelease_v2(int) { return 0; }
API int cuStreamGetCtx(void*, void** c) { *c = t_ctx; return 0; }

// ------------------------------------------------------------------------------------------------ error names
// Runtime and driver codes coincide for everything the emulator returns, except the symbolic names.
static const struct { int e; const char *rt, *drv, *msg; } g_err[] = {
#define X(c, d, m) {cudaError##c, "cudaError" #c, "CUDA_ERROR_" d, m},
  X(InvalidValue, "INVALID_VALUE", "invalid argument") X(MemoryAllocation, "OUT_OF_MEMORY", "out of memory")
  X(InvalidPitchValue, "UNKNOWN", "invalid pitch argument") X(InvalidMemcpyDirection, "UNKNOWN", "invalid copy direction for memcpy")
  X(InvalidDevice, "INVALID_DEVICE", "invalid device ordinal") X(InvalidKernelImage, "INVALID_IMAGE", "device kernel image is invalid")
  X(NotSupported, "NOT_SUPPORTED", "operation not supported") X(FileNotFound, "FILE_NOT_FOUND", "file not found")
  X(InvalidResourceHandle, "INVALID_HANDLE", "invalid resource handle") X(SymbolNotFound, "NOT_FOUND", "named symbol not found")
  X(NotReady, "NOT_READY", "device not ready") X(IllegalAddress, "ILLEGAL_ADDRESS", "an illegal memory access was encountered")
  X(LaunchTimeout, "LAUNCH_TIMEOUT", "the launch timed out and was terminated") X(Assert, "ASSERT", "device-side assert triggered")
  X(PeerAccessAlreadyEnabled, "PEER_ACCESS_ALREADY_ENABLED", "peer access is already enabled") X(PeerAccessNotEnabled, "PEER_ACCESS_NOT_ENABLED", "peer access has not been enabled")
  X(HostMemoryAlreadyRegistered, "HOST_MEMORY_ALREADY_REGISTERED", "part or all of the requested memory range is already mapped")
  X(HostMemoryNotRegistered, "HOST_MEMORY_NOT_REGISTERED", "pointer does not correspond to a registered memory region")
  X(IllegalInstruction, "ILLEGAL_INSTRUCTION", "an illegal instruction was encountered") X(LaunchFailure, "LAUNCH_FAILED", "unspecified launch failure")
  X(StreamCaptureUnsupported, "STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing")
  X(StreamCaptureInvalidated, "STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture")
  X(StreamCaptureUnmatched, "STREAM_CAPTURE_UNMATCHED", "the capture was not initiated in this stream")
  X(StreamCaptureUnjoined, "STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work")
  X(StreamCaptureMerge, "STREAM_CAPTURE_MERGE", "attempt to merge separate captures")
  X(StreamCaptureImplicit, "STREAM_CAPTURE_IMPLICIT", "operation would make the legacy stream depend on a capturing blocking stream")
  X(StreamCaptureIsolation, "STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream")
  X(CapturedEvent, "CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream")
  X(StreamCaptureWrongThread, "STREAM_CAPTURE_WRONG_THREAD", "attempt to terminate a thread-local capture sequence from another thread")
  X(IllegalState, "ILLEGAL_STATE", "the operation cannot be performed in the present state") X(ContextIsDestroyed, "CONTEXT_IS_DESTROYED", "context is destroyed")
#undef X
  {0, "cudaSuccess", "CUDA_SUCCESS", "no error"}};
API const char* cudaGetErrorName(E e) { for (auto& r : g_err) if (r.e == e) return r.rt; return "cudaErrorUnknown"; }
API const char* cudaGetErrorString(E e) { for (auto& r : g_err) if (r.e == e) return r.msg; return "unknown error"; }
API int cuGetErrorName(int e, const char** s) { *s = "CUDA_ERROR_UNKNOWN"; for (auto& r : g_err) if (r.e == e) *s = r.drv; return 0; }
API int cuGetErrorString(int e, const char** s) { *s = cudaGetErrorString((E)e); return 0; }
API E cudaGetLastError() { int e = t_last; t_last = 0; return (E)e; }

// ------------------------------------------------------------------------------------------------ device
static int cc_major() { return (int)env_long("CUDAEMU_CC", 90) / 10; }
static int cc_minor() { return (int)env_long("CUDAEMU_CC", 90) % 10; }
API E cudaDriverGetVersion(int* v) { *v = CUDART_VERSION; return cudaSuccess; }
API E cudaRuntimeGetVersion(int* v) { *v = CUDART_VERSION; return cudaSuccess; }
API E cudaGetDeviceCount(int* n) { *n = 1; return cudaSuccess; }
API E cudaGetDevice(int* d) { *d = 0; return cudaSuccess; }
API E cudaSetDevice(int d) { touch(); return d == 0 ? cudaSuccess : ret(cudaErrorInvalidDevice); }
API E cudaDeviceSynchronize() { touch(); count(C_SYNC_DEVICE); return ret(wait_stream(nullptr)); }
API E cudaDeviceGetAttribute(int* v, cudaDeviceAttr a, int dev) {
  if (dev != 0) return ret(cudaErrorInvalidDevice);
  switch ((int)a) {
    case cudaDevAttrMaxThreadsPerBlock: *v = 1024; break; case cudaDevAttrMaxBlockDimX: case cudaDevAttrMaxBlockDimY: *v = 1024; break;
    case cudaDevAttrMaxBlockDimZ: *v = 64; break; case cudaDevAttrMaxGridDimX: *v = 0x7fffffff; break; case cudaDevAttrMaxGridDimY: case cudaDevAttrMaxGridDimZ: *v = 65535; break;
    case cudaDevAttrMaxSharedMemoryPerBlock: *v = 48 << 10; break; case cudaDevAttrMaxSharedMemoryPerBlockOptin: *v = 227 << 10; break;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *v = 228 << 10; break; case cudaDevAttrTotalConstantMemory: *v = 64 << 10; break;
    case cudaDevAttrWarpSize: *v = 32; break; case cudaDevAttrMaxRegistersPerBlock: case cudaDevAttrMaxRegistersPerMultiprocessor: *v = 65536; break;
    case cudaDevAttrMultiProcessorCount: *v = 132; break; case cudaDevAttrMaxThreadsPerMultiProcessor: *v = 2048; break; case cudaDevAttrMaxBlocksPerMultiprocessor: *v = 32; break;
    case cudaDevAttrComputeCapabilityMajor: *v = cc_major(); break; case cudaDevAttrComputeCapabilityMinor: *v = cc_minor(); break;
    case cudaDevAttrClockRate: case cudaDevAttrMemoryClockRate: *v = 1000000; break; case cudaDevAttrL2CacheSize: *v = 50 << 20; break; case cudaDevAttrGlobalMemoryBusWidth: *v = 64; break;
    case cudaDevAttrUnifiedAddressing: case cudaDevAttrManagedMemory: case cudaDevAttrCooperativeLaunch: case cudaDevAttrConcurrentKernels: case cudaDevAttrCanMapHostMemory: case cudaDevAttrGpuOverlap: *v = 1; break;
    default: *v = 0; }                     // memory pools, IPC, textures, pageable access, ...: not offered
  return cudaSuccess;
}
API E cudaGetDeviceProperties(cudaDeviceProp* p, int dev) {
  if (dev != 0) return ret(cudaErrorInvalidDevice);
  memset(p, 0, sizeof *p);
  snprintf(p->name, sizeof p->name, "cudaemu CPU emulator (no GPU)");
  memcpy(p->uuid.bytes, "cudaemu-cpu-0001", 16);
  p->totalGlobalMem = mem_total(); p->sharedMemPerBlock = 48 << 10; p->regsPerBlock = 65536; p->warpSize = 32; p->maxThreadsPerBlock = 1024;
  p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024; p->maxThreadsDim[2] = 64;
  p->maxGridSize[0] = 0x7fffffff; p->maxGridSize[1] = p->maxGridSize[2] = 65535;
  p->totalConstMem = 64 << 10; p->major = cc_major(); p->minor = cc_minor(); p->textureAlignment = 512; p->texturePitchAlignment = 32; p->memPitch = 0x7fffffff;
  p->multiProcessorCount = 132; p->canMapHostMemory = 1; p->concurrentKernels = 1; p->unifiedAddressing = 1; p->memoryBusWidth = 64; p->l2CacheSize = 50 << 20;
  p->maxThreadsPerMultiProcessor = 2048; p->sharedMemPerMultiprocessor = 228 << 10; p->regsPerMultiprocessor = 65536; p->managedMemory = 1; p->cooperativeLaunch = 1;
  p->sharedMemPerBlockOptin = 227 << 10; p->maxBlocksPerMultiProcessor = 32; p->streamPrioritiesSupported = 1;
  return cudaSuccess;
}
API E cudaDeviceGetPCIBusId(char* s, int n, int d) { if (d) return ret(cudaErrorInvalidDevice); snprintf(s, n, "0000:00:00.0"); return cudaSuccess; }
API E cudaDeviceGetByPCIBusId(int* d, const char* s) { if (strcmp(s, "0000:00:00.0")) return ret(cudaErrorInvalidDevice); *d = 0; return cudaSuccess; }
API E cudaDeviceCanAccessPeer(int* v, int a, int b) { if (a || b) return ret(cudaErrorInvalidDevice); *v = 0; return cudaSuccess; }
API E cudaDeviceEnablePeerAccess(int, unsigned) { return ret(cudaErrorInvalidDevice); }
API E cudaDeviceDisablePeerAccess(int) { return ret(cudaErrorPeerAccessNotEnabled); }
static std::map<int, size_t> g_limit = {{cudaLimitStackSize, 1024}, {cudaLimitPrintfFifoSize, 1 << 20}, {cudaLimitMallocHeapSize, 8 << 20}};
API E cudaDeviceGetLimit(size_t* v, cudaLimit l) { *v = g_limit[l]; return cudaSuccess; }
API E cudaDeviceSetLimit(cudaLimit l, size_t v) { g_limit[l] = v; return cudaSuccess; }
API E cudaProfilerStart() { return cudaSuccess; }
API E cudaProfilerStop() { return cudaSuccess; }

// ------------------------------------------------------------------------------------------------ runtime: memory
API E cudaMalloc(void** p, size_t n) { touch(); if (int e = unsafe_in_capture()) return ret(e); return do_malloc(p, n, MEM_DEVICE); }
API E cudaMallocManaged(void** p, size_t n, unsigned) { return do_malloc(p, n, MEM_MANAGED); }
API E cudaHostAlloc(void** p, size_t n, unsigned) { if (int e = unsafe_in_capture()) return ret(e); return do_malloc(p, n, MEM_HOST); }
API E cudaFree(void* p) { touch(); if (int e = p ? unsafe_in_capture() : 0) return ret(e); return do_free(p, false); }
API E cudaFreeHost(void* p) { return do_free(p, true); }
API E cudaHostRegister(void* p, size_t n, unsigned) {
  std::lock_guard<std::mutex> l(g_mem);
  if (find(p)) return ret(cudaErrorHostMemoryAlreadyRegistered);
  g_alloc[(uintptr_t)p] = Alloc{n, 0, MEM_HOST, nullptr, false};
  return cudaSuccess;
}
API E cudaHostUnregister(void* p) {
  std::lock_guard<std::mutex> l(g_mem);
  auto it = g_alloc.find((uintptr_t)p);
  if (it == g_alloc.end() || it->second.owned) return ret(cudaErrorHostMemoryNotRegistered);
  g_alloc.erase(it);
  return cudaSuccess;
}
API E cudaMemGetInfo(size_t* f, size_t* t) { touch(); std::lock_guard<std::mutex> l(g_mem); *t = mem_total(); *f = *t - g_used; return cudaSuccess; }
API E cudaMemcpy(void* d, const void* s, size_t n, cudaMemcpyKind k) { return ret(do_memcpy(d, s, n, k, nullptr, false)); }
API E cudaMemcpyAsync(void* d, const void* s, size_t n, cudaMemcpyKind k, cudaStream_t st) { return ret(do_memcpy(d, s, n, k, st, true)); }
API E cudaMemcpyPeer(void* d, int a, const void* s, int b, size_t n) { return a || b ? ret(cudaErrorInvalidDevice) : ret(do_memcpy(d, s, n, cudaMemcpyDeviceToDevice, nullptr, false)); }
API E cudaMemcpyPeerAsync(void* d, int a, const void* s, int b, size_t n, cudaStream_t st) { return a || b ? ret(cudaErrorInvalidDevice) : ret(do_memcpy(d, s, n, cudaMemcpyDeviceToDevice, st, true)); }
API E cudaMemcpy2D(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, cudaMemcpyKind k) { return ret(do_memcpy2d(d, dp, s, sp, w, h, k, nullptr, false)); }
API E cudaMemcpy2DAsync(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, cudaMemcpyKind k, cudaStream_t st) { return ret(do_memcpy2d(d, dp, s, sp, w, h, k, st, true)); }
API E cudaMemset(void* d, int v, size_t n) { return ret(do_memset(d, v, n, nullptr)); }
API E cudaMemsetAsync(void* d, int v, size_t n, cudaStream_t st) { return ret(do_memset(d, v, n, st)); }
static bool bad_loc(cudaMemLocation l) { return (l.type == cudaMemLocationTypeDevice && l.id != 0) || l.type < 0 || l.type > cudaMemLocationTypeHostNumaCurrent; }
API E cudaMemPrefetchAsync(const void*, size_t, cudaMemLocation l, unsigned, cudaStream_t) { return bad_loc(l) ? ret(cudaErrorInvalidDevice) : cudaSuccess; }
API E cudaMemAdvise(const void*, size_t, cudaMemoryAdvise a, cudaMemLocation l) { return (int)a < 1 || (int)a > 6 ? ret(cudaErrorInvalidValue) : bad_loc(l) ? ret(cudaErrorInvalidDevice) : cudaSuccess; }
API E cudaPointerGetAttributes(cudaPointerAttributes* a, const void* p) {
  std::lock_guard<std::mutex> l(g_mem);
  auto r = find(p);
  memset(a, 0, sizeof *a);
  if (!r) { a->type = cudaMemoryTypeUnregistered; a->device = -2; a->hostPointer = (void*)p; return cudaSuccess; }
  a->type = (cudaMemoryType)r->second.type; a->device = 0; a->devicePointer = (void*)p; a->hostPointer = r->second.type == MEM_DEVICE ? nullptr : (void*)p;
  return cudaSuccess;
}
// Not offered (attribute cudaDevAttrMemoryPoolsSupported is 0): stream-ordered allocation, IPC, arrays, textures.
#define NOSUP(name, ...) API E name(__VA_ARGS__) { emu_complain(#name " is not emulated"); return ret(cudaErrorNotSupported); }
NOSUP(cudaMallocAsync, void**, size_t, cudaStream_t) NOSUP(cudaMallocFromPoolAsync, void**, size_t, cudaMemPool_t, cudaStream_t) NOSUP(cudaFreeAsync, void*, cudaStream_t)
NOSUP(cudaDeviceGetDefaultMemPool, cudaMemPool_t*, int) NOSUP(cudaDeviceGetMemPool, cudaMemPool_t*, int) NOSUP(cudaDeviceSetMemPool, int, cudaMemPool_t)
NOSUP(cudaMemPoolCreate, cudaMemPool_t*, const cudaMemPoolProps*) NOSUP(cudaMemPoolDestroy, cudaMemPool_t) NOSUP(cudaMemPoolTrimTo, cudaMemPool_t, size_t)
NOSUP(cudaMemPoolGetAttribute, cudaMemPool_t, cudaMemPoolAttr, void*) NOSUP(cudaMemPoolSetAttribute, cudaMemPool_t, cudaMemPoolAttr, void*)
NOSUP(cudaIpcCloseMemHandle, void*) NOSUP(cudaIpcGetEventHandle, cudaIpcEventHandle_t*, cudaEvent_t) NOSUP(cudaIpcGetMemHandle, cudaIpcMemHandle_t*, void*)
NOSUP(cudaIpcOpenEventHandle, cudaEvent_t*, cudaIpcEventHandle_t) NOSUP(cudaIpcOpenMemHandle, void**, cudaIpcMemHandle_t, unsigned)
NOSUP(cudaMalloc3DArray, cudaArray_t*, const cudaChannelFormatDesc*, cudaExtent, unsigned) NOSUP(cudaMallocArray, cudaArray_t*, const cudaChannelFormatDesc*, size_t, size_t, unsigned)
NOSUP(cudaFreeArray, cudaArray_t) NOSUP(cudaMemcpy2DFromArray, void*, size_t, cudaArray_const_t, size_t, size_t, size_t, size_t, cudaMemcpyKind)
NOSUP(cudaMemcpy2DFromArrayAsync, void*, size_t, cudaArray_const_t, size_t, size_t, size_t, size_t, cudaMemcpyKind, cudaStream_t)
NOSUP(cudaMemcpy2DToArray, cudaArray_t, size_t, size_t, const void*, size_t, size_t, size_t, cudaMemcpyKind)
NOSUP(cudaMemcpy2DToArrayAsync, cudaArray_t, size_t, size_t, const void*, size_t, size_t, size_t, cudaMemcpyKind, cudaStream_t)
NOSUP(cudaMemcpy3D, const cudaMemcpy3DParms*) NOSUP(cudaMemcpy3DAsync, const cudaMemcpy3DParms*, cudaStream_t)
NOSUP(cudaCreateTextureObject, cudaTextureObject_t*, const cudaResourceDesc*, const cudaTextureDesc*, const cudaResourceViewDesc*) NOSUP(cudaDestroyTextureObject, cudaTextureObject_t)
NOSUP(cudaGetChannelDesc, cudaChannelFormatDesc*, cudaArray_const_t) NOSUP(cudaGetTextureObjectResourceDesc, cudaResourceDesc*, cudaTextureObject_t)
NOSUP(cudaGetTextureObjectTextureDesc, cudaTextureDesc*, cudaTextureObject_t) NOSUP(cudaCreateSurfaceObject, cudaSurfaceObject_t*, const cudaResourceDesc*) NOSUP(cudaDestroySurfaceObject, cudaSurfaceObject_t)

// ------------------------------------------------------------------------------------------------ runtime: streams, events
#define LOCK std::lock_guard<std::recursive_mutex> lock_(g_api)
#define STREAM(s) Stream* s##_ = S(s); if (!s##_) return ret(cudaErrorInvalidResourceHandle)
#define EVENT(e) Event* e##_ = (Event*)e; if (!g_events.count(e##_)) return ret(cudaErrorInvalidResourceHandle)
API E cudaStreamCreateWithPriority(cudaStream_t* s, unsigned f, int p) { LOCK; Stream* n = new Stream; n->flags = f; n->prio = p < -5 ? -5 : p > 0 ? 0 : p; g_streams.insert(n); *s = (cudaStream_t)n; return cudaSuccess; }
API E cudaStreamCreateWithFlags(cudaStream_t* s, unsigned f) { return cudaStreamCreateWithPriority(s, f, 0); }
API E cudaStreamCreate(cudaStream_t* s) { return cudaStreamCreateWithPriority(s, 0, 0); }
API E cudaStreamGetFlags(cudaStream_t s, unsigned* f) { LOCK; STREAM(s); *f = s_->flags; return cudaSuccess; }
API E cudaStreamGetPriority(cudaStream_t s, int* p) { LOCK; STREAM(s); *p = s_->prio; return cudaSuccess; }
API E cudaStreamDestroy(cudaStream_t s) { LOCK; STREAM(s); if (s_ == &g_legacy || s_ == &g_ptds) return ret(cudaErrorInvalidResourceHandle); if (s_->cap) { s_->cap->joined.erase(s_); if (s_->cap->origin == s_) g_caps.erase(s_->cap); } g_streams.erase(s_); delete s_; return cudaSuccess; }
API E cudaStreamSynchronize(cudaStream_t s) { LOCK; STREAM(s); count(C_SYNC_STREAM); return ret(wait_stream(s_)); }
API E cudaStreamQuery(cudaStream_t s) { LOCK; STREAM(s); return ret(wait_stream(s_)); }
API E cudaStreamAddCallback(cudaStream_t s, cudaStreamCallback_t cb, void* u, unsigned) {
  { LOCK; STREAM(s); if (s_->cap) { s_->cap->broken = true; return ret(cudaErrorStreamCaptureUnsupported); } }
  cb(s, cudaSuccess, u); return cudaSuccess;
}
API E cudaLaunchHostFunc(cudaStream_t s, cudaHostFn_t fn, void* u) { return ret(emu_submit(s, C_GRAPH_OTHER, "hostfn", [=] { fn(u); return 0; })); }
API E cudaEventCreateWithFlags(cudaEvent_t* e, unsigned f) { LOCK; Event* n = new Event; n->flags = f; g_events.insert(n); *e = (cudaEvent_t)n; return cudaSuccess; }
API E cudaEventCreate(cudaEvent_t* e) { return cudaEventCreateWithFlags(e, 0); }
API E cudaEventDestroy(cudaEvent_t e) { LOCK; EVENT(e); g_events.erase(e_); delete e_; return cudaSuccess; }
API E cudaEventRecord(cudaEvent_t e, cudaStream_t s) {
  LOCK; EVENT(e); STREAM(s);
  count(C_EVENT_RECORD);
  e_->cap = s_->cap;
  e_->clock = s_->clock;
  if (s_->cap) return cudaSuccess;
  if (int r = legacy_check(s_)) return ret(r);
  e_->recorded = true; clock_gettime(CLOCK_MONOTONIC, &e_->t);
  return cudaSuccess;
}
API E cudaEventQuery(cudaEvent_t e) { LOCK; EVENT(e); return e_->cap ? ret(cudaErrorCapturedEvent) : cudaSuccess; }
API E cudaEventSynchronize(cudaEvent_t e) { LOCK; EVENT(e); count(C_SYNC_EVENT); return e_->cap ? ret(cudaErrorCapturedEvent) : cudaSuccess; }
API E cudaEventElapsedTime(float* ms, cudaEvent_t a, cudaEvent_t b) {
  LOCK; EVENT(a); EVENT(b);
  if (!a_->recorded || !b_->recorded || (a_->flags | b_->flags) & cudaEventDisableTiming) return ret(cudaErrorInvalidResourceHandle);
  *ms = (b_->t.tv_sec - a_->t.tv_sec) * 1e3f + (b_->t.tv_nsec - a_->t.tv_nsec) * 1e-6f;
  return cudaSuccess;
}
API E cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned) {
  LOCK; STREAM(s); EVENT(e);
  count(C_STREAM_WAIT);
  if (e_->cap && g_caps.count(e_->cap)) {                     // fork: the waiting stream joins the capture
    if (s_ == &g_legacy) return ret(cudaErrorStreamCaptureImplicit);
    if (s_->cap && s_->cap != e_->cap) { s_->cap->broken = e_->cap->broken = true; return ret(cudaErrorStreamCaptureMerge); }
    s_->cap = e_->cap; e_->cap->joined.insert(s_);
    for (auto& c : e_->clock) if (s_->clock[c.first] < c.second) s_->clock[c.first] = c.second;
  } else if (s_->cap && e_->recorded) { s_->cap->broken = true; return ret(cudaErrorStreamCaptureIsolation); }
  return cudaSuccess;
}

// ------------------------------------------------------------------------------------------------ runtime: capture, graphs
API E cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode mode) {
  LOCK; STREAM(s);
  if (s_ == &g_legacy) return ret(cudaErrorStreamCaptureUnsupported);
  if (s_->cap) return ret(cudaErrorIllegalState);
  s_->cap = std::make_shared<Capture>();
  s_->cap->graph = new Graph; s_->cap->origin = s_; s_->cap->mode = mode; s_->cap->owner = pthread_self(); s_->cap->joined.insert(s_);
  g_caps.insert(s_->cap);
  return cudaSuccess;
}
API E cudaStreamEndCapture(cudaStream_t s, cudaGraph_t* g) {
  LOCK; STREAM(s);
  *g = nullptr;
  auto c = s_->cap;
  if (!c) return ret(cudaErrorIllegalState);
  if (c->origin != s_) { c->broken = true; return ret(cudaErrorStreamCaptureUnmatched); }
  bool unjoined = false;                                      // work on a forked stream that the origin never waited for
  for (Stream* j : c->joined) unjoined |= j->clock[j] > s_->clock[j];
  for (Stream* j : c->joined) { j->cap.reset(); j->clock.clear(); }
  g_caps.erase(c);
  if (c->broken || unjoined) { delete c->graph; return ret(c->broken ? cudaErrorStreamCaptureInvalidated : cudaErrorStreamCaptureUnjoined); }
  *g = (cudaGraph_t)c->graph;
  return cudaSuccess;
}
API E cudaStreamIsCapturing(cudaStream_t s, cudaStreamCaptureStatus* st) {
  LOCK; STREAM(s);
  if (int e = s_->cap ? 0 : legacy_check(s_, true)) return ret(e);
  *st = !s_->cap ? cudaStreamCaptureStatusNone : s_->cap->broken ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}
API E cudaGraphInstantiate(cudaGraphExec_t* x, cudaGraph_t g, unsigned long long) { *x = (cudaGraphExec_t) new Graph(*(Graph*)g); return cudaSuccess; }
API E cudaGraphDestroy(cudaGraph_t g) { delete (Graph*)g; return cudaSuccess; }
API E cudaGraphExecDestroy(cudaGraphExec_t x) { delete (Graph*)x; return cudaSuccess; }
API E cudaGraphUpload(cudaGraphExec_t, cudaStream_t) { return cudaSuccess; }
API E cudaGraphLaunch(cudaGraphExec_t x, cudaStream_t s) {
  Graph* g = (Graph*)x;
  // One graph launch; its kernels are counted apart from ordinary launches.
  return ret(emu_submit(s, C_GRAPH_LAUNCH, "graph", [g] {
    for (auto& n : g->nodes) {
      count(n.kind == C_KERNEL_LAUNCH ? C_GRAPH_KERNEL : C_GRAPH_OTHER);
      if (int e = n.work()) return e;
    }
    return 0;
  }));
}
API E cudaGraphDebugDotPrint(cudaGraph_t g, const char* path, unsigned flags) {
  FILE* f = fopen(path, "w");
  if (!f) return ret(cudaErrorInvalidValue);
  fprintf(f, "digraph dot {\n");
  int i = 0;
  for (auto& n : ((Graph*)g)->nodes) { fprintf(f, "n%d [label=\"%s%s\"];\n", i, n.label.c_str(), !(flags & cudaGraphDebugDotFlagsVerbose) ? "" : n.kind == C_KERNEL_LAUNCH ? " (kernel node)" : " (node)"); if (i) fprintf(f, "n%d -> n%d;\n", i - 1, i); i++; }
  fprintf(f, "}\n"); fclose(f);
  return cudaSuccess;
}
// For Python: number of nodes / kernel nodes of a captured graph.
API int emu_graph_nodes(void* g, int kernels_only) { int n = 0; for (auto& k : ((Graph*)g)->nodes) n += !kernels_only || k.kind == C_KERNEL_LAUNCH; return n; }
API int emu_counter_reset() { for (auto& c : emu_counters) c = 0; return 0; }
API size_t emu_mem_used() { return g_used; }
