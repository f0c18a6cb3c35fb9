#include "store/postgres_rows.hpp"

#include "store/stored_wrong.hpp"

#include <libpq-fe.h>

namespace salon {

void postgres_result_deleter::operator()(pg_result* result) const noexcept {
  PQclear(result);
}

std::size_t postgres_rows::size() const noexcept {
  return static_cast<std::size_t>(PQntuples(result_.get()));
}

bool postgres_rows::is_null(std::size_t row, int column) const noexcept {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

std::int64_t postgres_rows::number(std::size_t row, int column) const {
  if (is_null(row, column))
    return 0;
  auto text = bytes(row, column);
  if (text.size() != sizeof(std::int64_t))
    throw stored_wrong{std::string{"the column "} + PQfname(result_.get(), column)
                       + " is no bigint"};
  std::uint64_t number = 0;
  for (auto c : text)
    number = number << 8u | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number);
}

std::string_view postgres_rows::bytes(std::size_t row, int column) const noexcept {
  auto at = static_cast<int>(row);
  return {PQgetvalue(result_.get(), at, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), at, column))};
}

} // namespace salon
