#pragma once

#include "client/latency_histogram.hpp"
#include "client/load_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace salon {

/// What a load did, and what it cost.
struct load_report {
  using seconds = std::chrono::duration<double>;

  struct cpu {
    std::chrono::microseconds user{};
    std::chrono::microseconds system{};
  };

  struct resident {
    std::size_t before = 0; ///< Bytes, before the first connection,
    std::size_t after = 0;  ///< and with all of them, or after the load.
  };

  load_options asked;
  std::size_t connections = 0;
  seconds connecting{};
  std::optional<cpu> connect_cpu; ///< The server's; as all else of it only where it can be read.

  seconds measured{};
  std::uint64_t publications = 0;
  std::uint64_t deliveries = 0;
  latency_histogram latency; ///< Of each delivery, from the time its publish was due.
  std::optional<cpu> server_cpu;
  std::optional<resident> server_memory;
  std::chrono::microseconds own_cpu{}; ///< Without polls that found nothing.

  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t swapped = 0;
  std::uint64_t disconnected = 0; ///< Against the load's will.
  std::uint64_t refused = 0;      ///< Answers that were errors.

  std::uint64_t cycles = 0;         ///< Mode `churn`.
  std::uint64_t slow_caught_up = 0; ///< Mode `slow`: had everything in the end,
  std::uint64_t slow_sent_away = 0; ///< or were disconnected.
  std::uint64_t came_back = 0;      ///< Mode `storm`.
  std::uint64_t recovered = 0;      ///< Those whom the server said so.
  latency_histogram recovery;       ///< From the cut until the answer.

  bool is_whole = true; ///< Carried out to its end.

  /// Whether everything came that should have, once and in order.
  bool is_clean() const noexcept {
    return is_whole && lost + doubled + swapped + disconnected + refused == 0;
  }
};

/// A table for people.
std::string write_table(const load_report& report);

/// One line of JSON, with a newline: the same for programs. Members that do not apply are left out.
std::string write_json(const load_report& report);

} // namespace salon
