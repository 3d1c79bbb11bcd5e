#include "options.h"

#include <regex>
#include <set>
#include <vector>

#include "files.h"

namespace {

// Accepted without effect: they steer NVIDIA's code generation, diagnostics and caches.
const std::set<std::string> ignored_flags = {"--device-as-default-execution-space",
                                             "-default-device",
                                             "--use_fast_math",
                                             "-use_fast_math",
                                             "--generate-line-info",
                                             "-lineinfo",
                                             "--device-debug",
                                             "-G",
                                             "--device-c",
                                             "-dc",
                                             "--device-w",
                                             "-dw",
                                             "--disable-warnings",
                                             "-w",
                                             "--restrict",
                                             "-restrict",
                                             "--extensible-whole-program",
                                             "-ewp",
                                             "--extra-device-vectorization",
                                             "-extra-device-vectorization",
                                             "--minimal",
                                             "-minimal",
                                             "--pch",
                                             "-pch",
                                             "--no-source-include",
                                             "-no-source-include",
                                             "--device-int128",
                                             "-device-int128",
                                             "--no-cache",
                                             "-no-cache"};

const std::set<std::string> ignored_with_value = {"--ftz",
                                                  "-ftz",
                                                  "--prec-sqrt",
                                                  "-prec-sqrt",
                                                  "--prec-div",
                                                  "-prec-div",
                                                  "--fmad",
                                                  "-fmad",
                                                  "--maxrregcount",
                                                  "-maxrregcount",
                                                  "--ptxas-options",
                                                  "-Xptxas",
                                                  "--dopt",
                                                  "-dopt",
                                                  "--relocatable-device-code",
                                                  "-rdc",
                                                  "--modify-stack-limit",
                                                  "-modify-stack-limit",
                                                  "--builtin-move-forward",
                                                  "-builtin-move-forward",
                                                  "--builtin-initializer-list",
                                                  "-builtin-initializer-list",
                                                  "--diag-error",
                                                  "-diag-error",
                                                  "--diag-suppress",
                                                  "-diag-suppress",
                                                  "--diag-warn",
                                                  "-diag-warn",
                                                  "--brief-diagnostics",
                                                  "-brief-diag",
                                                  "--split-compile",
                                                  "-split-compile",
                                                  "--version-ident",
                                                  "-version-ident"};

// The virtual and real architectures of CUDA 13.
const std::regex known_architecture(
    "(?:compute|sm|lto)_(?:75|80|86|87|88|89|90|100|103|110|120|121)[af]?");

const std::set<std::string> known_standards = {"c++03", "c++11", "c++14", "c++17", "c++20"};

// Reads the options one by one; the value of one may be the next argument.
class Reader {
 public:
  Reader(int count, const char* const* given) {
    for (int i = 0; i < count; i++) {
      std::string option = given[i];
      const size_t first = option.find_first_not_of(" \t");
      const size_t last = option.find_last_not_of(" \t");
      // CuPy and users pass "-D NAME" in one string as well as in two.
      if (first != std::string::npos) options_.push_back(option.substr(first, last - first + 1));
    }
  }

  bool next() {
    if (at_ >= options_.size()) return false;
    current = options_[at_++];
    return true;
  }

  // --name=value, --name value; with `glued` (-DNAME, -Ipath) the value may follow at once.
  bool takes(const std::string& name, bool glued = false) {
    if (current == name) {
      value = at_ < options_.size() ? options_[at_++] : "";
      return true;
    }
    if (current.compare(0, name.size(), name)) return false;
    std::string rest = current.substr(name.size());
    if (rest[0] != '=' && rest[0] != ' ' && !glued) return false;
    const size_t start = rest.find_first_not_of("= ");
    value = start == std::string::npos ? "" : rest.substr(start);
    return true;
  }

  bool takes_ignored() {
    if (ignored_flags.count(current)) return true;
    for (auto& name : ignored_with_value) {
      if (takes(name)) return true;
    }
    return false;
  }

  std::string current, value;

 private:
  std::vector<std::string> options_;
  size_t at_ = 0;
};

std::string definition(const std::string& macro) {
  const size_t equals = macro.find('=');
  if (equals == std::string::npos) return "#define " + macro + " 1\n";
  return "#define " + macro.substr(0, equals) + " " + macro.substr(equals + 1) + "\n";
}

}  // namespace

bool parse_options(int count, const char* const* given, Options* options, std::string* log) {
  Reader reader(count, given);
  while (reader.next()) {
    if (reader.takes("--std") || reader.takes("-std")) {
      if (!known_standards.count(reader.value)) {
        *log = "nvrtc: error: invalid value for --std (-std): '" + reader.value + "'\n";
        return false;
      }
      // The device headers are written in C++17, so older standards are compiled as C++17.
      options->standard = reader.value == "c++20" ? "-std=c++20" : "-std=c++17";
    } else if (reader.takes("--gpu-architecture") || reader.takes("-arch")) {
      if (!std::regex_match(reader.value, known_architecture)) {
        *log = "nvrtc: error: invalid value for --gpu-architecture (-arch)\n";
        return false;
      }
      options->ptx_only = reader.value.find("compute_") == 0;
    } else if (reader.takes("--pre-include") || reader.takes("-include")) {
      options->pre_includes += " -include " + quoted(reader.value);
    } else if (reader.takes("--define-macro") || reader.takes("-D", true)) {
      options->macros += " -D" + quoted(reader.value);
      options->macro_lines += definition(reader.value);
    } else if (reader.takes("--undefine-macro") || reader.takes("-U", true)) {
      options->macros += " -U" + quoted(reader.value);
      options->macro_lines += "#undef " + reader.value + "\n";
    } else if (reader.takes("--include-path") || reader.takes("-I", true)) {
      options->include_dirs += " -I" + quoted(reader.value);
    } else if (!reader.takes_ignored()) {
      *log = "nvrtc: error: unrecognized option " + reader.current + " found\n";
      return false;
    }
  }
  return true;
}
