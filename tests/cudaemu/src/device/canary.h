// A pattern in the bytes between an allocation and its guard pages.
//
// A guard page sees only what reaches it. With guarding on, an allocation ends at the page as far
// as its alignment allows: up to 15 bytes behind it, and the rest of the first page in front of
// it, are left, where a write would go unseen. They hold the canary, which is looked at after
// every piece of device work. (A read of these bytes stays unseen.)
#pragma once
#include <string>

#include "allocations.h"

namespace emu {

void fill_canary(const Allocation& allocation);

// Is every canary as it was? If not, says on stderr what `suspect` wrote over, and repairs it, so
// that one stray write is reported once.
bool canaries_intact(const std::string& suspect);

}  // namespace emu
