#include "tests/support/buffered_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace salon::testing {

buffered_file::buffered_file(std::string contents)
  : contents_(std::move(contents)),
    smallest_size_(contents_.size()) {
  // nop
}

std::size_t buffered_file::read(char* to, std::size_t bytes, std::size_t offset) const {
  if (offset >= contents_.size())
    return 0;
  auto there = std::min(bytes, contents_.size() - offset);
  std::memcpy(to, contents_.data() + offset, there);
  return there;
}

void buffered_file::write(const char* from, std::size_t bytes, std::size_t offset) {
  if (bytes == 0)
    return;
  if (offset + bytes > contents_.size())
    contents_.resize(offset + bytes);
  std::memcpy(contents_.data() + offset, from, bytes);
  for (auto block = offset / block_bytes; block <= (offset + bytes - 1) / block_bytes; ++block)
    changed_blocks_.insert(block);
}

void buffered_file::truncate(std::size_t size) {
  contents_.resize(size);
  smallest_size_ = std::min(smallest_size_, size);
}

bool buffered_file::flush(const destination& to) {
  if (!to.truncate(smallest_size_))
    return false;
  for (auto block : changed_blocks_) {
    auto offset = block * block_bytes;
    if (offset >= contents_.size())
      break;
    auto bytes = std::min(block_bytes, contents_.size() - offset);
    if (!to.write(contents_.data() + offset, bytes, offset))
      return false;
  }
  if (!to.truncate(contents_.size()))
    return false;
  changed_blocks_.clear();
  smallest_size_ = contents_.size();
  return true;
}

} // namespace salon::testing
