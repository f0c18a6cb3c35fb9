#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

namespace salon::testing {

/// The contents of a file, and what of them the file does not know yet.
class buffered_file {
public:
  explicit buffered_file(std::string contents);

  std::size_t size() const noexcept {
    return contents_.size();
  }

  /// Copies up to `bytes`; returns how many there were.
  std::size_t read(char* to, std::size_t bytes, std::size_t offset) const;

  void write(const char* from, std::size_t bytes, std::size_t offset);

  void truncate(std::size_t size);

  /// How the file learns of it; each returns whether that worked.
  struct destination {
    std::function<bool(const char* from, std::size_t bytes, std::size_t offset)> write;
    std::function<bool(std::size_t size)> truncate;
  };

  /// Brings the file up to date.
  bool flush(const destination& to);

private:
  static constexpr std::size_t block_bytes = 4096;

  std::string contents_;
  std::set<std::size_t> changed_blocks_;
  std::size_t smallest_size_; ///< Since the last flush: beyond it, the file has nothing to keep.
};

} // namespace salon::testing
