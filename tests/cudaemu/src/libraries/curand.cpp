// The host API of cuRAND. The n-th number of a seed is a hash of both (splitmix64), so sequences
// repeat whatever the sizes of the calls; they are not the bit streams of NVIDIA's generators.
#include <math.h>
#include <stdint.h>

#include <functional>

#include "emu_internal.h"

#define API extern "C" __attribute__((visibility("default")))

// curandStatus_t
enum { SUCCESS = 0, LAUNCH_FAILURE = 201, TYPE_ERROR = 103, LENGTH_NOT_MULTIPLE = 105 };

namespace {

struct Generator {
  void* stream = nullptr;
  uint64_t seed = 0, offset = 0;
};

uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return x ^ x >> 31;
}

struct Sequence {
  uint64_t seed, offset;
  uint64_t bits(uint64_t i) const {
    return mixed(mixed(seed) ^ mixed((offset + i) * 0x632be59bd9b4e019ull + 1));
  }
  // cuRAND's uniform numbers exclude 0 and include 1 ("curandGenerateUniform").
  double uniform(uint64_t i) const { return ((bits(i) >> 11) + 1) * 0x1p-53; }
  float uniform_float(uint64_t i) const { return ((bits(i) >> 40) + 1) * 0x1p-24f; }
};

int generate(Generator* generator, const char* name, const void* out, size_t n,
             const std::function<void(const Sequence&)>& fill) {
  if (n && !emu_device_ok(out, 1)) {
    emu_complain("%s: output %p is not a device pointer", name, out);
    return LAUNCH_FAILURE;
  }
  const Sequence sequence{generator->seed, generator->offset};
  generator->offset += n;
  const int error = emu_submit(generator->stream, C_LIB_CALL_RAND, name, [=] {
    fill(sequence);
    return 0;
  });
  return error ? LAUNCH_FAILURE : SUCCESS;
}

// Box and Muller: two uniform numbers make two normal ones.
template <class T>
int generate_normal(Generator* generator, const char* name, T* out, size_t n, double mean,
                    double deviation, bool logarithmic) {
  if (n % 2) return LENGTH_NOT_MULTIPLE;  // as pseudo-random generators do ("curandGenerateNormal")
  return generate(generator, name, out, n, [=](const Sequence& sequence) {
    for (size_t i = 0; i < n; i += 2) {
      const double radius = sqrt(-2 * log(sequence.uniform(i)));
      const double angle = 2 * M_PI * sequence.uniform(i + 1);
      const double pair[] = {mean + deviation * radius * cos(angle),
                             mean + deviation * radius * sin(angle)};
      for (int j = 0; j < 2; j++) out[i + j] = (T)(logarithmic ? exp(pair[j]) : pair[j]);
    }
  });
}

}  // namespace

API int curandCreateGenerator(Generator** generator, int type) {
  if (type < 100 || type >= 200) return TYPE_ERROR;  // the quasi-random ones
  *generator = new Generator;
  return SUCCESS;
}

API int curandDestroyGenerator(Generator* generator) {
  delete generator;
  return SUCCESS;
}

API int curandGetVersion(int* version) {
  *version = 10400;
  return SUCCESS;
}

API int curandSetStream(Generator* generator, void* stream) {
  generator->stream = stream;
  return SUCCESS;
}

API int curandSetPseudoRandomGeneratorSeed(Generator* generator, unsigned long long seed) {
  generator->seed = seed;
  generator->offset = 0;
  return SUCCESS;
}

API int curandSetGeneratorOffset(Generator* generator, unsigned long long offset) {
  generator->offset = offset;
  return SUCCESS;
}

API int curandGenerate(Generator* generator, unsigned* out, size_t n) {
  return generate(generator, "curandGenerate", out, n, [=](const Sequence& sequence) {
    for (size_t i = 0; i < n; i++) out[i] = sequence.bits(i) >> 32;
  });
}

API int curandGenerateUniform(Generator* generator, float* out, size_t n) {
  return generate(generator, "curandGenerateUniform", out, n, [=](const Sequence& sequence) {
    for (size_t i = 0; i < n; i++) out[i] = sequence.uniform_float(i);
  });
}

API int curandGenerateUniformDouble(Generator* generator, double* out, size_t n) {
  return generate(generator, "curandGenerateUniformDouble", out, n, [=](const Sequence& sequence) {
    for (size_t i = 0; i < n; i++) out[i] = sequence.uniform(i);
  });
}

API int curandGenerateNormal(Generator* generator, float* out, size_t n, float mean, float dev) {
  return generate_normal(generator, "curandGenerateNormal", out, n, mean, dev, false);
}

API int curandGenerateNormalDouble(Generator* generator, double* out, size_t n, double mean,
                                   double dev) {
  return generate_normal(generator, "curandGenerateNormalDouble", out, n, mean, dev, false);
}

API int curandGenerateLogNormal(Generator* generator, float* out, size_t n, float mean, float dev) {
  return generate_normal(generator, "curandGenerateLogNormal", out, n, mean, dev, true);
}

API int curandGenerateLogNormalDouble(Generator* generator, double* out, size_t n, double mean,
                                      double dev) {
  return generate_normal(generator, "curandGenerateLogNormalDouble", out, n, mean, dev, true);
}
