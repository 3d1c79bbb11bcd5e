// A full parser is not needed: at global scope, outside every body, a declaration of CUDA C++ is
// recognised by its keyword and by what stands before the first parenthesis.
#include "source_scan.h"

#include <algorithm>
#include <regex>

namespace {

bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

bool has_word(const std::string& text, const char* word) {
  return std::regex_search(text, std::regex("\\b" + std::string(word) + "\\b"));
}

size_t end_of_literal(const std::string& source, size_t start) {
  size_t i = start + 1;
  while (i < source.size() && source[i] != source[start] && source[i] != '\n') {
    i += source[i] == '\\' ? 2 : 1;
  }
  return std::min(i + 1, source.size());
}

size_t end_of_directive(const std::string& source, size_t start) {
  size_t end = source.find('\n', start);
  while (end != std::string::npos && source[end - 1] == '\\') end = source.find('\n', end + 1);
  return std::min(end, source.size());
}

// Comments and directives disappear; literals become "", so that no brace within one counts.
std::string code_only(const std::string& source) {
  std::string code;
  bool line_start = true;
  for (size_t i = 0; i < source.size();) {
    const char c = source[i];
    // An apostrophe after a digit or letter separates digits: 1'000.
    const bool quote = c == '"' || (c == '\'' && !(i && is_word(source[i - 1])));
    if (!source.compare(i, 2, "//") || (c == '#' && line_start)) {
      i = end_of_directive(source, i);
    } else if (!source.compare(i, 2, "/*")) {
      const size_t end = source.find("*/", i + 2);
      i = end == std::string::npos ? source.size() : end + 2;
      code += ' ';
    } else if (quote) {
      i = end_of_literal(source, i);
      code += "\"\"";
    } else {
      line_start = c == '\n' || (line_start && isspace((unsigned char)c));
      code += c;
      i++;
    }
  }
  return code;
}

struct Declaration {
  std::string text;
  bool c_linkage;
};

// Splits code into the declarations of the global scope, bodies left out. The braces of
// extern "C" { } make no scope: what is inside is global, with C linkage.
std::vector<Declaration> global_declarations(const std::string& code) {
  std::vector<Declaration> found;
  std::vector<bool> scopes;  // of the open braces: does it hide names?
  auto hidden = [&] { return std::count(scopes.begin(), scopes.end(), true); };
  std::string text;
  auto finish = [&] {
    static const std::regex linkage(R"(\bextern\s*"")");
    const bool own_linkage = std::regex_search(text, linkage);
    const bool linked = own_linkage || !scopes.empty();
    found.push_back({std::regex_replace(text, linkage, ""), linked});
    text.clear();
  };
  for (char c : code) {
    if (c == '{') {
      const size_t last = text.find_last_not_of(" \t\r\n");
      const bool linkage_block = !hidden() && last != std::string::npos && text[last] == '"';
      if (linkage_block) text.clear();
      scopes.push_back(!linkage_block);
    } else if (c == '}' && !scopes.empty()) {
      const bool was_body = scopes.back();
      scopes.pop_back();
      if (was_body && !hidden()) finish();
    } else if (!hidden()) {
      if (c == ';') {
        finish();
      } else {
        text += c;
      }
    }
  }
  return found;
}

// __launch_bounds__(256), __align__(16), ...: their parentheses are not a parameter list.
std::string without_attributes(const std::string& text) {
  static const std::regex attribute(
      R"(\b(?:__launch_bounds__|__cluster_dims__|__align__|alignas|__attribute__)\s*)"
      R"(\((?:[^()]|\([^()]*\))*\))");
  return std::regex_replace(text, attribute, " ");
}

std::string last_word(const std::string& text) {
  size_t end = text.size();
  while (end && !is_word(text[end - 1])) end--;
  size_t start = end;
  while (start && is_word(text[start - 1])) start--;
  return text.substr(start, end - start);
}

void add_once(std::vector<std::string>* names, const std::string& name) {
  if (name.empty() || std::find(names->begin(), names->end(), name) != names->end()) return;
  names->push_back(name);
}

// `T a[4] = ..., b`: the word before the array bounds or the initializer of each part.
void add_variables(const std::string& text, std::vector<std::string>* names) {
  int angles = 0;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); i++) {
    const char c = i < text.size() ? text[i] : ',';
    angles += (c == '<') - (c == '>');
    if (c != ',' || (angles > 0 && i < text.size())) continue;
    const std::string part = text.substr(start, i - start);
    const std::string declarator = part.substr(0, part.find_first_of("=[{"));
    if (declarator.find('(') != std::string::npos) return;  // a function
    add_once(names, last_word(declarator));
    start = i + 1;
  }
}

}  // namespace

GlobalNames find_global_names(const std::string& source) {
  GlobalNames names;
  for (const auto& [raw, c_linkage] : global_declarations(code_only(source))) {
    // Instances of templates are asked for by name expressions.
    if (raw.find("__") == std::string::npos || has_word(raw, "template")) continue;
    const std::string text = without_attributes(raw);
    if (has_word(text, "__global__")) {
      if (c_linkage) add_once(&names.kernels, last_word(text.substr(0, text.find('('))));
    } else if (std::regex_search(text, std::regex("__(?:device|constant|managed)__")) &&
               !has_word(text, "extern")) {
      add_variables(text, &names.variables);
    }
  }
  return names;
}

bool needs_preprocessing(const std::string& source) {
  static const std::regex directive(R"((?:^|\n)[ \t]*#[ \t]*(?:if|define))");
  return std::regex_search(source, directive);
}
