#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace salon::testing {

/// Time enough for anything that is going to happen, also on a busy machine under sanitizers.
inline constexpr std::chrono::seconds patience{60};

/// The real program, `salon`, in a process of its own, with its output collected.
class salon_process {
public:
  struct limits {
    std::size_t descriptors = 0; ///< That it may have open; 0: as many as the test itself.
  };

  explicit salon_process(const std::vector<std::string>& arguments, limits of = {0});

  salon_process(const salon_process&) = delete;
  salon_process& operator=(const salon_process&) = delete;

  /// Kills what still runs.
  ~salon_process();

  pid_t id() const noexcept {
    return pid_;
  }

  void signal(int number) const;

  /// Waits for the end. Returns the exit status, 128 and the signal's number for one that was
  /// killed, -1 when it still runs after `within`.
  int wait(std::chrono::milliseconds within = patience);

  /// Everything it has written so far.
  std::string log() const;

  /// Waits until `text` is in so many lines of the log, and returns the last of these. Throws when
  /// it does not come.
  std::string await_log(std::string_view text, std::size_t lines = 1) const;

  /// How many lines of the log have `text` in them.
  std::size_t log_lines_with(std::string_view text) const;

  /// Its memory that is in RAM.
  std::size_t resident_bytes() const;

private:
  std::string line_with(std::string_view text, std::size_t number) const;
  void start(const std::vector<std::string>& arguments, limits of, int output);
  void collect(int from);

  pid_t pid_ = -1;
  int watch_ = -1; ///< Readable once the process has ended.
  std::optional<int> status_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string log_;
  bool is_over_ = false; ///< Nothing more comes to the log.
  std::thread collector_;
};

} // namespace salon::testing
