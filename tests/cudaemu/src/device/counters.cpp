#include <stdarg.h>
#include <stdio.h>

#include "api.h"
#include "emu_internal.h"

unsigned long long emu_counters[C_COUNT] = {};

EMU_API int emu_counter_count() {
  return C_COUNT;
}

// Python asks for the names, so that it keeps no list of its own.
EMU_API const char* emu_counter_name(int counter) {
  static const char* const names[] = {
#define EMU_COUNTER(id, name) name,
      EMU_COUNTERS(EMU_COUNTER)
#undef EMU_COUNTER
  };
  return counter >= 0 && counter < C_COUNT ? names[counter] : nullptr;
}

void emu_complain(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("[cudaemu] ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
}
