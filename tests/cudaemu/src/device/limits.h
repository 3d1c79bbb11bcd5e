// The limits of the emulated device, all of compute capability 9.0 ("Technical Specifications per
// Compute Capability" of the Programming Guide). Launches are checked against them, and CuPy
// chooses its launches by what the device says.
#pragma once

namespace emu::limits {

constexpr unsigned kWarpSize = 32;
constexpr unsigned kThreadsPerBlock = 1024;
constexpr unsigned kBlockX = 1024;
constexpr unsigned kBlockY = 1024;
constexpr unsigned kBlockZ = 64;
constexpr unsigned kGridX = 0x7fffffff;
constexpr unsigned kGridY = 65535;
constexpr unsigned kGridZ = 65535;
constexpr unsigned kRegistersPerBlock = 65536;
constexpr unsigned kSharedPerBlock = 48 << 10;
constexpr unsigned kSharedPerBlockOptin = 227 << 10;
constexpr unsigned kSharedPerMultiprocessor = 228 << 10;
constexpr unsigned kConstantMemory = 64 << 10;
constexpr unsigned kThreadsPerMultiprocessor = 2048;
constexpr unsigned kBlocksPerMultiprocessor = 32;

// Of one particular card; nothing depends on these.
constexpr unsigned kMultiprocessors = 132;
constexpr unsigned kL2CacheSize = 50 << 20;
constexpr unsigned kMemoryBusWidth = 64;
constexpr unsigned kClockRate = 1000000;

}  // namespace emu::limits
