#include "app/allocator.hpp"

#if !SALON_HAS_JEMALLOC && defined(__GLIBC__)
#include <malloc.h>
#endif

namespace salon {

// jemalloc does by itself, for ten seconds. The C library would give it back to the kernel and ask
// for it page by page, thousands of times a second; its second limit is the one that it would come
// to by itself, were the first one not set.
void keep_freed_memory() {
#if !SALON_HAS_JEMALLOC && defined(__GLIBC__)
  constexpr auto mib = 1'024 * 1'024;
  ::mallopt(M_TRIM_THRESHOLD, 16 * mib);
  ::mallopt(M_MMAP_THRESHOLD, 32 * mib);
#endif
}

} // namespace salon
