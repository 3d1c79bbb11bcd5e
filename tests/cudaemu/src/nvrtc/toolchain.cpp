#include "toolchain.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "files.h"

static const char compiler[] = "g++";

// -O1: most kernels of a test suite run a few times only, so compile time weighs more than speed.
// -fno-gnu-unique: modules can be unloaded. -fwrapv, -fno-strict-aliasing: device code is used
// to both. -ffp-contract=off, -fno-math-errno: the same rounding on every host.
static const char flags[] =
    " -O1 -fPIC -fno-gnu-unique -fno-strict-aliasing -fwrapv -ffp-contract=off"
    " -fno-math-errno -fmax-errors=20";

static std::string library_path() {
  Dl_info info;
  dladdr((void*)&library_path, &info);
  return info.dli_fname;
}

const std::string& include_directory() {
  static const std::string directory = [] {
    const std::string library = library_path();
    return library.substr(0, library.rfind('/')) + "/include";
  }();
  return directory;
}

const std::string& cache_directory() {
  static const std::string directory = [] {
    const char* given = getenv("CUDAEMU_CACHE_DIR");
    const char* home = getenv("HOME");
    std::string path =
        given && *given ? given : std::string(home ? home : "/tmp") + "/.cache/cudaemu";
    make_directories(path);
    return path;
  }();
  return directory;
}

const std::string& compiler_with_flags() {
  static const std::string command =
      std::string(compiler) + flags + " -I" + quoted(include_directory());
  return command;
}

static uint64_t fnv1a(const std::string& text, uint64_t hash) {
  for (unsigned char c : text) hash = (hash ^ c) * 1099511628211ull;
  return hash;
}

std::string content_hash(const std::string& text) {
  // Two 64-bit hashes from different starts: 128 bits make a collision of two sources negligible.
  char digits[33];
  snprintf(digits, sizeof digits, "%016llx%016llx",
           (unsigned long long)fnv1a(text, 14695981039346656037ull),
           (unsigned long long)fnv1a(text, 0x9e3779b97f4a7c15ull));
  return digits;
}

static std::string all_device_headers() {
  std::vector<std::string> paths = {include_directory() + "/../emu_abi.h"};
  for (auto& entry : std::filesystem::recursive_directory_iterator(include_directory())) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());  // the file system's order is no property of the headers
  std::string text;
  for (auto& path : paths) text += read_file(path);
  return text;
}

const std::string& toolchain_id() {
  static const std::string id = [] {
    std::string text;
    run_command(std::string(compiler) + " --version", &text);
    return content_hash(text + flags + read_file(library_path()) + all_device_headers());
  }();
  return id;
}
