#pragma once

#include "store/store_error.hpp"

#include <string>
#include <utility>

namespace salon {

/// Says that a file is in use, by a lock on a file beside it: `PATH.lock`, with the number of the
/// process in it. The kernel takes the lock back when the process ends, however it does.
class file_lock {
public:
  file_lock() = default;

  file_lock(file_lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {
    // nop
  }

  file_lock& operator=(file_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  ~file_lock();

  /// Takes the lock of `path`, or says who has it: `refused`.
  static store_result<file_lock> take(const std::string& path);

private:
  explicit file_lock(int descriptor) : descriptor_(descriptor) {
    // nop
  }

  int descriptor_ = -1;
};

} // namespace salon
