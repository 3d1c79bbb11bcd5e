#include "segment.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <mutex>

#include "emu_internal.h"

namespace nccl {
namespace {

constexpr char kMagic[] = "cudaemu nccl id";
constexpr size_t kPage = 4096;

// What a unique id holds.
struct Address {
  char magic[sizeof kMagic];
  uint64_t token;  // a random number: of the segments that had this address, the right one
  Process process;
  int file;
};
static_assert(sizeof(Address) <= sizeof(ncclUniqueId));

// The first page.
struct Header {
  uint64_t token;
  Process creator;
  std::atomic<int> ranks;  // 0: nobody has come yet
  std::atomic<bool> broken;
};
static_assert(sizeof(Header) <= kPage);

std::mutex mutex;
std::map<uint64_t, int> files;  // of the ids made here, by their tokens

Address address_of(const ncclUniqueId& id) {
  Address address;
  memcpy(&address, &id, sizeof address);
  return address;
}

Header& header_of(char* base) {
  return *reinterpret_cast<Header*>(base);
}

size_t tables_size(int ranks) {
  const size_t n = static_cast<size_t>(ranks);
  const size_t bytes = n * sizeof(Rank) + n * n * sizeof(Channel);
  return (bytes + kPage - 1) / kPage * kPage;
}

// Only what is written takes memory.
size_t segment_size(int ranks) {
  const size_t n = static_cast<size_t>(ranks);
  return kPage + tables_size(ranks) + n * kChunk + n * n * kChannelChunk;
}

// Null: it cannot be mapped.
char* map(int file, size_t size) {
  void* base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return base == MAP_FAILED ? nullptr : static_cast<char*>(base);
}

int open_file(const Address& address) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", address.process.number, address.file);
  return open(path, O_RDWR | O_CLOEXEC);
}

// The first rank says how many there are. False: another one said otherwise.
bool agree(char* first_page, int ranks) {
  int said = 0;
  if (header_of(first_page).ranks.compare_exchange_strong(said, ranks) || said == ranks) {
    return true;
  }
  emu_complain("ncclCommInitRank: this rank is one of %d, another one of %d", ranks, said);
  header_of(first_page).broken = true;
  return false;
}

// Null: the file is another one, or has not the room.
char* map_all(int file, const Address& address, int ranks) {
  struct stat status;
  if (fstat(file, &status) != 0 || status.st_size < static_cast<off_t>(kPage)) return nullptr;
  char* first_page = map(file, kPage);
  if (!first_page) return nullptr;
  const bool ours = header_of(first_page).token == address.token && agree(first_page, ranks);
  munmap(first_page, kPage);
  const size_t size = segment_size(ranks);
  return ours && ftruncate(file, static_cast<off_t>(size)) == 0 ? map(file, size) : nullptr;
}

}  // namespace

ncclResult_t Segment::create(ncclUniqueId* id) {
  Address address = {};
  memcpy(address.magic, kMagic, sizeof kMagic);
  address.process = this_process();
  address.file = memfd_create("cudaemu-nccl", MFD_CLOEXEC);
  if (address.file < 0) return ncclSystemError;
  char* first_page = nullptr;
  if (getrandom(&address.token, sizeof address.token, 0) == sizeof address.token &&
      ftruncate(address.file, kPage) == 0) {
    first_page = map(address.file, kPage);
  }
  if (!first_page) {
    close(address.file);
    return ncclSystemError;
  }
  header_of(first_page).token = address.token;
  header_of(first_page).creator = address.process;
  munmap(first_page, kPage);
  *id = {};
  memcpy(id, &address, sizeof address);
  std::lock_guard<std::mutex> lock(mutex);
  files[address.token] = address.file;
  return ncclSuccess;
}

std::unique_ptr<Segment> Segment::open(const ncclUniqueId& id, int ranks) {
  const Address address = address_of(id);
  if (memcmp(address.magic, kMagic, sizeof kMagic) != 0) {
    emu_complain("ncclCommInitRank: the id is not one of ncclGetUniqueId's");
    return nullptr;
  }
  const int file = open_file(address);
  char* base = file < 0 ? nullptr : map_all(file, address, ranks);
  if (file >= 0) close(file);
  if (!base) {
    emu_complain(
        "ncclCommInitRank: the id leads nowhere; it is good for one communicator, on the machine "
        "and in the lifetime of process %d, which made it",
        address.process.number);
    return nullptr;
  }
  return std::unique_ptr<Segment>(new Segment(base, ranks));
}

void Segment::forget(const ncclUniqueId& id) {
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = files.find(address_of(id).token);
  if (found == files.end()) return;
  close(found->second);
  files.erase(found);
}

Segment::Segment(char* base, int ranks) : base_(base), ranks_(ranks) {
  const size_t n = static_cast<size_t>(ranks);
  rank_table_ = reinterpret_cast<Rank*>(base + kPage);
  channel_table_ = reinterpret_cast<Channel*>(rank_table_ + n);
  chunks_ = base + kPage + tables_size(ranks);
  channel_chunks_ = chunks_ + n * kChunk;
}

Segment::~Segment() {
  munmap(base_, segment_size(ranks_));
}

const Process& Segment::creator() const {
  return header_of(base_).creator;
}

bool Segment::is_broken() const {
  return header_of(base_).broken;
}

void Segment::set_broken() {
  header_of(base_).broken = true;
}

}  // namespace nccl
