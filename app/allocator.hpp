#pragma once

namespace salon {

/// Keeps what a busy turn frees for the next one, which needs it again. Call it before there are
/// threads. The program's allocator is jemalloc unless it was built without (`SALON_JEMALLOC`).
void keep_freed_memory();

} // namespace salon
