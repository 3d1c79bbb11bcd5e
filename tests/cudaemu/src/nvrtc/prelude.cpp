#include "prelude.h"

#include <stdio.h>
#include <unistd.h>

#include <map>
#include <mutex>

#include "emu_internal.h"
#include "files.h"
#include "toolchain.h"

std::string plain_prelude() { return include_directory() + "/cudaemu_device.h"; }

// What every kernel that CuPy generates includes.
static const char cupy_headers[] =
    "#include <cupy/complex.cuh>\n"
    "#include <cupy/carray.cuh>\n"
    "#include <cupy/atomics.cuh>\n"
    "#include <cupy/math_constants.h>\n";

static void precompile(const std::string& header, const std::string& text, const Options& options) {
  const std::string result = header + ".gch", temporary = result + unique_suffix();
  write_file(header, text);
  std::string log;
  const int status =
      run_command(compiler_with_flags() + " -x c++-header " + options.standard +
                      options.include_dirs + " " + quoted(header) + " -o " + quoted(temporary),
                  &log);
  // Without the precompiled form g++ reads the header itself: slower, and as right.
  if (status || rename(temporary.c_str(), result.c_str())) {
    emu_complain("could not precompile the device headers:\n%s", log.c_str());
  }
}

std::string precompiled_prelude(const Options& options, bool with_cupy_headers) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  static std::map<std::string, std::string> made;
  std::string text = "#include \"" + plain_prelude() + "\"\n";
  if (with_cupy_headers) text += cupy_headers;
  const std::string key =
      content_hash(toolchain_id() + options.standard + options.include_dirs + text);
  auto known = made.find(key);
  if (known != made.end()) return known->second;
  const std::string directory = cache_directory() + "/prelude-" + key;
  const std::string header = directory + "/prelude.h";
  if (access((header + ".gch").c_str(), R_OK)) {
    make_directories(directory);
    precompile(header, text, options);
  }
  return made[key] = header;
}
