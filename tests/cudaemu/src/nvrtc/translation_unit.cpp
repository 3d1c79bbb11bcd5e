#include "translation_unit.h"

#include "files.h"
#include "rewrite.h"
#include "source_scan.h"

static std::string c_literal(const std::string& text) {
  std::string literal = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal + "\"";
}

// The source after the preprocessor, with CUDA's keywords kept for the scan.
static std::string preprocessed(const std::string& source, const std::string& flags,
                                const std::string& work_directory) {
  static const std::string marker = "__emu_source_begins_here__\n";
  const std::string file = work_directory + "/scanned.cpp";
  write_file(file, marker + source);
  std::string text;
  run_command(flags + " -D__EMU_SCAN__ -x c++ -E -P " + quoted(file), &text);
  const size_t begin = text.find(marker);  // the headers of the prelude declare nothing of interest
  return begin == std::string::npos ? text : text.substr(begin + marker.size());
}

static std::string entry(const std::string& name, const std::string& expression) {
  return "  __EMU_DESC(" + c_literal(name) + ", &" + expression + "),\n";
}

std::string translation_unit(const Program& program, const std::string& compile_flags,
                             const std::string& work_directory) {
  const GlobalNames names =
      find_global_names(needs_preprocessing(program.source)
                            ? preprocessed(program.source, compile_flags, work_directory)
                            : program.source);
  // #line: messages must name the user's source and count its lines.
  std::string text = "#line 1 " + c_literal(program.name) + "\n" +
                     rewrite_for_host(program.source) +
                     "\n#line 1 \"cudaemu_exports\"\n"
                     "extern \"C\" __attribute__((visibility(\"default\")))\n"
                     "const emu_desc __emu_descs[] = {\n";
  for (auto& name : names.kernels) text += entry(name, name);
  for (auto& name : names.variables) text += entry(name, name);
  for (auto& expression : program.name_expressions) {
    const size_t start = expression.find_first_not_of("& \t");  // "&name" is allowed too
    text += entry(expression, start == std::string::npos ? "" : expression.substr(start));
  }
  return text + "  {}};\n";
}
