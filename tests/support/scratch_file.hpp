#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace salon::testing {

/// A file with the given contents, in a folder of its own that goes with this object.
class scratch_file {
public:
  explicit scratch_file(std::string_view contents, std::string_view name = "salon.toml") {
    auto pattern = (std::filesystem::temp_directory_path() / "salon-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error{"no folder for temporary files"};
    folder_ = pattern;
    path_ = (std::filesystem::path{folder_} / name).string();
    std::ofstream{path_, std::ios::binary} << contents;
  }

  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;

  ~scratch_file() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  const std::string& path() const noexcept {
    return path_;
  }

  const std::string& folder() const noexcept {
    return folder_;
  }

  /// `text` with `FILE` for every mention of this file's path.
  std::string anonymous(std::string text) const {
    for (auto at = text.find(path_); at != std::string::npos; at = text.find(path_, at + 4))
      text.replace(at, path_.size(), "FILE");
    return text;
  }

private:
  std::string folder_;
  std::string path_;
};

} // namespace salon::testing
