#include "rewrite.h"

#include <regex>

// `extern __shared__ T name[];` becomes a reference to the launch's dynamic shared memory.
static std::string rewrite_dynamic_shared(const std::string& source) {
  if (source.find("__shared__") == std::string::npos) return source;
  static const std::regex declaration(R"(extern\s+(?:volatile\s+)?__shared__\s+)"
                                      R"((?:__align__\s*\([^;]*?\)\s*|alignas\s*\([^;]*?\)\s*)?)"
                                      R"(([A-Za-z_][\w:<>,\s\*]*?)\s*\b(\w+)\s*\[\s*\]\s*;)");
  return std::regex_replace(source, declaration, "static $1*& $2 = ($1*&)__emu_dynsmem;");
}

// Code that relies on the lockstep of a warp cannot run thread by thread. CuPy has one such place,
// the bitonic sort of partition and argpartition; it gets the __syncwarp() that its steps assume.
static std::string rewrite_implicit_warp_sync(std::string source) {
  if (source.find("void bitonic_sort_step(") == std::string::npos) return source;
  static const std::regex step(R"((bitonic_sort_step< T >\([^;]*\);))");
  static const std::regex loop(
      R"(for \((?:ptrdiff_t s = 2; s <= y - x;|int w = k / 2; w >= 1;|int s = i; s < u;))");
  source = std::regex_replace(source, step, "$1 __syncwarp();");
  return std::regex_replace(source, loop, "__syncwarp(); $&");
}

std::string rewrite_for_host(const std::string& source) {
  return rewrite_implicit_warp_sync(rewrite_dynamic_shared(source));
}
