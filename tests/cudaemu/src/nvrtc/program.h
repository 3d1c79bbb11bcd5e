// One nvrtcProgram, and the status codes of the API.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

// nvrtcResult, in the order of nvrtc.h.
enum NvrtcResult {
  NVRTC_SUCCESS,
  NVRTC_ERROR_OUT_OF_MEMORY,
  NVRTC_ERROR_PROGRAM_CREATION_FAILURE,
  NVRTC_ERROR_INVALID_INPUT,
  NVRTC_ERROR_INVALID_PROGRAM,
  NVRTC_ERROR_INVALID_OPTION,
  NVRTC_ERROR_COMPILATION,
  NVRTC_ERROR_BUILTIN_OPERATION_FAILURE,
  NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION,
  NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION,
  NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID,
  NVRTC_ERROR_INTERNAL_ERROR,
};

struct Program {
  std::string source, name;
  std::vector<std::pair<std::string, std::string>> headers;  // name, text
  std::vector<std::string> name_expressions;
  std::map<std::string, std::string> lowered_names;
  std::string log, image;
  bool compiled = false;
  bool ptx_only = false;
};

// Fills image, log and lowered_names.
NvrtcResult compile_program(Program* program, int option_count, const char* const* options);
