#include "store/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace salon {

namespace {

// The process that is named in the lock file.
std::string owner(int descriptor) {
  std::array<char, 32> text{};
  auto got = ::pread(descriptor, text.data(), text.size(), 0);
  std::string result{text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  if (auto end = result.find('\n'); end != std::string::npos)
    result.resize(end);
  return result.empty() ? "another process" : "process " + result;
}

store_error refuse(const std::string& path, int why) {
  return {store_errc::refused, path + ": " + std::strerror(why)
                                 + ": the lock file cannot be had: choose a folder that this "
                                   "user may write to"};
}

} // namespace

file_lock::~file_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

store_result<file_lock> file_lock::take(const std::string& path) {
  auto name = path + ".lock";
  file_lock lock{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (lock.descriptor_ < 0)
    return refuse(name, errno);
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return refuse(name, errno);
    return store_error{store_errc::refused, path + ": in use by " + owner(lock.descriptor_)
                                              + ": stop it, or choose another path"};
  }
  auto pid = std::to_string(::getpid()) + '\n';
  // Whom to name is a courtesy: a disk without space for it is found out where it matters.
  if (::ftruncate(lock.descriptor_, 0) == 0)
    static_cast<void>(::pwrite(lock.descriptor_, pid.data(), pid.size(), 0) < 0);
  return lock;
}

} // namespace salon
