// Files and processes, as far as the emulated compiler needs them.
#pragma once

#include <string>

std::string read_file(const std::string& path);  // empty if it cannot be read
// Complete or not at all: other processes read the same directory at the same time.
bool write_file(const std::string& path, const std::string& text);
void make_directories(const std::string& path);
void remove_tree(const std::string& path);
std::string quoted(const std::string& word);  // one word for the shell
// Runs a shell command and appends what it prints (both streams) to `output`. The exit status.
int run_command(const std::string& command, std::string* output);
// Different for every call in every process.
std::string unique_suffix();
