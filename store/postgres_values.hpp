#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What goes into statements and comes out of them, in PostgreSQL's binary form.
namespace salon {

/// An array for a parameter, such as `int8[]`: a column of the rows to be added.
class postgres_array {
public:
  enum class element : std::uint32_t { bytes = 17, number = 20 }; // as pg_type numbers them

  explicit postgres_array(element type) : type_(type) {
    // nop
  }

  void add(std::int64_t number);
  void add(std::string_view bytes);
  void add_null();

  std::string encoded() const;

private:
  element type_;
  std::uint32_t count_ = 0;
  bool has_null_ = false;
  std::string elements_;
};

/// The parameters of a statement, from `$1` on. The text of a statement says of which type each is.
class postgres_values {
public:
  postgres_values& number(std::int64_t value);
  postgres_values& count(std::uint64_t value); ///< The same bits.
  postgres_values& text(std::string value);
  postgres_values& array(const postgres_array& value);
  postgres_values& null();

  const std::vector<std::optional<std::string>>& all() const noexcept {
    return all_;
  }

private:
  std::vector<std::optional<std::string>> all_;
};

} // namespace salon
