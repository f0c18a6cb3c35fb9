#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

namespace salon {

/// What a process has used so far, as the kernel counts it.
struct process_usage {
  std::chrono::microseconds user{};   ///< In steps of a clock tick, mostly 10 ms.
  std::chrono::microseconds system{}; ///< The same.
  std::size_t resident_bytes = 0;
};

/// Reads it from /proc (proc(5): `stat` fields 14 and 15, `statm` field 2), all threads together.
/// Nothing when there is no such process, or none one may look at.
std::optional<process_usage> read_process_usage(pid_t process);

/// What several have used, added up. Nothing when there are none, or one of them cannot be read.
std::optional<process_usage> read_process_usage(std::span<const pid_t> processes);

} // namespace salon
