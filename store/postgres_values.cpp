#include "store/postgres_values.hpp"

#include <cstddef>
#include <utility>

namespace salon {

namespace {

constexpr std::uint32_t null_length = 0xffffffff;

void append_bytes(std::string& to, std::uint64_t number, std::size_t bytes) {
  for (auto i = bytes; i > 0; --i)
    to += static_cast<char>((number >> (8 * (i - 1))) & 0xffu);
}

void append_length(std::string& to, std::size_t length) {
  append_bytes(to, length, 4);
}

} // namespace

void postgres_array::add(std::int64_t number) {
  ++count_;
  append_length(elements_, 8);
  append_bytes(elements_, static_cast<std::uint64_t>(number), 8);
}

void postgres_array::add(std::string_view bytes) {
  ++count_;
  append_length(elements_, bytes.size());
  elements_ += bytes;
}

void postgres_array::add_null() {
  ++count_;
  has_null_ = true;
  append_length(elements_, null_length);
}

std::string postgres_array::encoded() const {
  std::string result;
  append_bytes(result, 1, 4); // dimensions
  append_bytes(result, has_null_ ? 1 : 0, 4);
  append_bytes(result, static_cast<std::uint32_t>(type_), 4);
  append_bytes(result, count_, 4);
  append_bytes(result, 1, 4); // the first index
  return result + elements_;
}

postgres_values& postgres_values::number(std::int64_t value) {
  return count(static_cast<std::uint64_t>(value));
}

postgres_values& postgres_values::count(std::uint64_t value) {
  append_bytes(all_.emplace_back(std::in_place).value(), value, 8);
  return *this;
}

postgres_values& postgres_values::text(std::string value) {
  all_.emplace_back(std::move(value));
  return *this;
}

postgres_values& postgres_values::array(const postgres_array& value) {
  all_.emplace_back(value.encoded());
  return *this;
}

postgres_values& postgres_values::null() {
  all_.emplace_back(std::nullopt);
  return *this;
}

} // namespace salon
