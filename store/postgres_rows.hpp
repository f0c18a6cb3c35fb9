#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct pg_result;

namespace salon {

struct postgres_result_deleter {
  void operator()(pg_result* result) const noexcept;
};

using postgres_result = std::unique_ptr<pg_result, postgres_result_deleter>;

/// What a statement answered. Rows and columns count from 0; numbers are those of `bigint`.
class postgres_rows {
public:
  explicit postgres_rows(postgres_result result) : result_(std::move(result)) {
    // nop
  }

  std::size_t size() const noexcept;

  bool is_null(std::size_t row, int column) const noexcept;

  /// 0 for NULL. Throws stored_wrong when it is no bigint.
  std::int64_t number(std::size_t row, int column) const;

  /// Empty for NULL. Lives as long as this object.
  std::string_view bytes(std::size_t row, int column) const noexcept;

private:
  postgres_result result_;
};

/// Reads the columns of a row one after the other.
class postgres_row {
public:
  postgres_row(const postgres_rows& of, std::size_t row) : of_(of), row_(row) {
    // nop
  }

  bool is_null() const noexcept {
    return of_.is_null(row_, at_);
  }

  std::int64_t number() {
    return of_.number(row_, at_++);
  }

  std::uint64_t count() {
    return static_cast<std::uint64_t>(number());
  }

  std::string text() {
    return std::string{of_.bytes(row_, at_++)};
  }

private:
  const postgres_rows& of_;
  std::size_t row_;
  int at_ = 0;
};

} // namespace salon
