// The functions of nvrtc.h that CuPy calls.
#include <string.h>

#include "program.h"

#define API extern "C" __attribute__((visibility("default")))

API const char* nvrtcGetErrorString(int result) {
  static const char* names[] = {
      "NVRTC_SUCCESS",
      "NVRTC_ERROR_OUT_OF_MEMORY",
      "NVRTC_ERROR_PROGRAM_CREATION_FAILURE",
      "NVRTC_ERROR_INVALID_INPUT",
      "NVRTC_ERROR_INVALID_PROGRAM",
      "NVRTC_ERROR_INVALID_OPTION",
      "NVRTC_ERROR_COMPILATION",
      "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE",
      "NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION",
      "NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION",
      "NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID",
      "NVRTC_ERROR_INTERNAL_ERROR",
  };
  const int known = sizeof names / sizeof *names;
  return result >= 0 && result < known ? names[result] : "unknown NVRTC error";
}

API int nvrtcVersion(int* major, int* minor) {
  *major = 13;
  *minor = 0;
  return NVRTC_SUCCESS;
}

API int nvrtcGetNumSupportedArchs(int* count) {
  *count = 4;
  return NVRTC_SUCCESS;
}

API int nvrtcGetSupportedArchs(int* architectures) {
  const int supported[] = {75, 80, 90, 100};
  memcpy(architectures, supported, sizeof supported);
  return NVRTC_SUCCESS;
}

API int nvrtcCreateProgram(Program** program, const char* source, const char* name,
                           int header_count, const char* const* headers,
                           const char* const* header_names) {
  if (!source || !program) return NVRTC_ERROR_INVALID_INPUT;
  auto made = new Program;
  made->source = source;
  made->name = name && *name ? name : "default_program";  // NVRTC's own default
  for (int i = 0; i < header_count; i++) made->headers.push_back({header_names[i], headers[i]});
  *program = made;
  return NVRTC_SUCCESS;
}

API int nvrtcDestroyProgram(Program** program) {
  if (!program || !*program) return NVRTC_ERROR_INVALID_PROGRAM;
  delete *program;
  *program = nullptr;
  return NVRTC_SUCCESS;
}

API int nvrtcCompileProgram(Program* program, int count, const char* const* options) {
  const int result = compile_program(program, count, options);
  program->compiled = true;
  return result;
}

static int size_of(const std::string& text, size_t* size) {
  *size = text.size() + 1;
  return NVRTC_SUCCESS;
}

static int copy(const std::string& text, char* out) {
  memcpy(out, text.c_str(), text.size() + 1);
  return NVRTC_SUCCESS;
}

API int nvrtcGetPTXSize(Program* program, size_t* size) { return size_of(program->image, size); }

API int nvrtcGetPTX(Program* program, char* out) { return copy(program->image, out); }

API int nvrtcGetCUBINSize(Program* program, size_t* size) {
  if (!program->ptx_only) return size_of(program->image, size);
  *size = 0;  // "the value is 0 if the architecture is a virtual one" (nvrtcGetCUBINSize)
  return NVRTC_SUCCESS;
}

API int nvrtcGetCUBIN(Program* program, char* out) { return copy(program->image, out); }

API int nvrtcGetProgramLogSize(Program* program, size_t* size) {
  return size_of(program->log, size);
}

API int nvrtcGetProgramLog(Program* program, char* out) { return copy(program->log, out); }

API int nvrtcAddNameExpression(Program* program, const char* expression) {
  if (program->compiled) return NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION;
  program->name_expressions.push_back(expression);
  return NVRTC_SUCCESS;
}

API int nvrtcGetLoweredName(Program* program, const char* expression, const char** name) {
  if (!program->compiled) return NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION;
  auto found = program->lowered_names.find(expression);
  if (found == program->lowered_names.end()) return NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID;
  *name = found->second.c_str();
  return NVRTC_SUCCESS;
}
