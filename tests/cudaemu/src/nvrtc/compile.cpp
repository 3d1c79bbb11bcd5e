#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "emu_internal.h"
#include "files.h"
#include "options.h"
#include "prelude.h"
#include "program.h"
#include "toolchain.h"
#include "translation_unit.h"

namespace {

std::string cache_key(const Program& program, const Options& options) {
  std::string key = toolchain_id() + options.standard + options.macros + options.include_dirs +
                    options.pre_includes + "\n" + program.name + "\n" + program.source;
  for (auto& expression : program.name_expressions) key += "\n#" + expression;
  for (auto& [name, text] : program.headers) key += "\n@" + name + "\n" + text;
  return content_hash(key);
}

// Compiles in a directory of its own and moves the result into the cache at the end: other threads
// and processes may compile the same source at the same time, and see all of it or nothing.
int compile_into_cache(const Program& program, const Options& options, const std::string& cached,
                       std::string* log) {
  const std::string work = cached + unique_suffix();
  make_directories(work);
  for (auto& [name, text] : program.headers) {
    const std::string path = work + "/" + name;
    make_directories(path.substr(0, path.rfind('/')));
    write_file(path, text);
  }
  std::string flags = compiler_with_flags() + " " + options.standard;
  if (!program.headers.empty()) flags += " -I" + quoted(work);
  flags += options.include_dirs;
  const bool cupy = program.source.find("#include <cupy/carray.cuh>") != std::string::npos;
  // Headers given with the program may stand in for those that were precompiled.
  std::string includes =
      " -include " +
      quoted(program.headers.empty() ? precompiled_prelude(options, cupy) : plain_prelude());
  if (cupy) {
    flags += options.macros;  // they configure CuPy's headers
  } else {
    // After the prelude, whose own names a user's macro (-DN=4) must not change.
    write_file(work + "/macros.h", options.macro_lines);
    includes += " -include " + quoted(work + "/macros.h");
  }
  includes += options.pre_includes;
  write_file(work + "/kernel.cpp", translation_unit(program, flags + includes, work));
  const int status =
      run_command(flags + includes + " -x c++ -shared -Wl,-Bsymbolic -Wl,-z,now " +
                      quoted(work + "/kernel.cpp") + " -o " + quoted(work + "/kernel.so"),
                  log);
  if (status == 0) {
    // The log first: whoever finds the module may read it.
    if (!log->empty()) write_file(cached + ".log", *log);
    rename((work + "/kernel.so").c_str(), (cached + ".so").c_str());
  }
  remove_tree(work);
  return status;
}

// What the module loader takes: a mark, the size, the shared object. NVRTC's images carry their
// own length as well, and CuPy hands them on without one.
std::string image_of(const std::string& shared_object) {
  const uint64_t size = shared_object.size();
  return std::string("CUDAEMU\1", 8) + std::string((const char*)&size, sizeof size) + shared_object;
}

// Lowered names are the mangled names, which the shared object's symbol table knows.
bool find_lowered_names(Program* program, const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    program->log += dlerror();
    return false;
  }
  auto table = (const emu_desc*)dlsym(library, "__emu_descs");
  for (auto& expression : program->name_expressions) {
    for (auto found = table; found && found->name; found++) {
      if (expression != found->name) continue;
      Dl_info symbol;
      const bool exported =
          dladdr(found->addr, &symbol) && symbol.dli_sname && symbol.dli_saddr == found->addr;
      program->lowered_names[expression] = exported ? symbol.dli_sname : found->name;
    }
  }
  dlclose(library);
  return true;
}

}  // namespace

NvrtcResult compile_program(Program* program, int option_count, const char* const* given) {
  Options options;
  program->log.clear();
  if (!parse_options(option_count, given, &options, &program->log)) {
    return NVRTC_ERROR_INVALID_OPTION;
  }
  program->ptx_only = options.ptx_only;
  count(C_NVRTC_COMPILE);
  if (program->source.find_first_not_of(" \t\r\n") == std::string::npos) {
    // CuPy compiles an empty source to learn the compiler's identity, for the keys of its cache.
    program->image = "// cudaemu " + toolchain_id() + "\n";
    return NVRTC_SUCCESS;
  }
  const std::string cached = cache_directory() + "/" + cache_key(*program, options);
  if (access((cached + ".so").c_str(), R_OK) == 0) {
    count(C_NVRTC_CACHE_HIT);
    program->log = read_file(cached + ".log");
  } else if (compile_into_cache(*program, options, cached, &program->log)) {
    program->log += "\n1 error detected in the compilation of \"" + program->name + "\".\n";
    return NVRTC_ERROR_COMPILATION;
  }
  program->image = image_of(read_file(cached + ".so"));
  if (program->name_expressions.empty()) return NVRTC_SUCCESS;
  return find_lowered_names(program, cached + ".so") ? NVRTC_SUCCESS : NVRTC_ERROR_INTERNAL_ERROR;
}
