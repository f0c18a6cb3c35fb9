#include "store/store_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace salon {

namespace {

store_error refuse(const std::string& path, const std::string& why, const std::string& advice) {
  return {store_errc::refused, path + ": " + why + ": " + advice};
}

} // namespace

store_error make_folder(const std::string& path) {
  auto folder = std::filesystem::path{path}.parent_path();
  std::filesystem::path made;
  for (const auto& part : folder) {
    made /= part;
    if (::mkdir(made.c_str(), 0700) == 0 || errno == EEXIST)
      continue;
    // Some folders of others can be walked through and not be made: only the last one matters.
    if (auto why = errno; ::access(made.c_str(), F_OK) != 0)
      return refuse(made.string(), std::strerror(why),
                    "the folder cannot be made: choose another path");
  }
  std::error_code ignored;
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored))
    return refuse(folder.string(), "not a folder", "choose another path");
  return {};
}

store_error make_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return refuse(path, "a folder", "the path of a store names a file");
  // Never opened when it is there: closing it would give back SQLite's locks.
  if (std::filesystem::exists(path, ignored))
    return {};
  auto file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return refuse(path, std::strerror(errno), "the file of the store cannot be made");
  ::close(file);
  return {};
}

std::uint64_t file_bytes(const std::string& path) {
  std::error_code error;
  auto bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

std::string running_boot_id() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  std::getline(file, id);
  return id;
}

} // namespace salon
