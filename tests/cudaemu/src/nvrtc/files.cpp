#include "files.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string unique_suffix() {
  static std::atomic<int> serial{0};
  return "." + std::to_string(getpid()) + "-" + std::to_string(serial++);
}

bool write_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + unique_suffix();
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  return file.good() && rename(temporary.c_str(), path.c_str()) == 0;
}

void make_directories(const std::string& path) {
  std::error_code ignored;  // a directory that is missing shows when a file is written into it
  std::filesystem::create_directories(path, ignored);
}

void remove_tree(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

std::string quoted(const std::string& word) {
  std::string result = "'";
  for (char c : word) {
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result + "'";
}

int run_command(const std::string& command, std::string* output) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return -1;
  char buffer[4096];
  size_t n;
  while ((n = fread(buffer, 1, sizeof buffer, pipe)) > 0) output->append(buffer, n);
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
