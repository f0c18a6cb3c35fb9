#include "store/postgres_error.hpp"

#include <string_view>

namespace salon {

// Classes of PostgreSQL's error codes (its documentation, appendix A): values and constraints that
// only what is there already can contradict, and damaged tables and indexes.
bool is_about_rows(const postgres_failure& failure) noexcept {
  std::string_view state = failure.state();
  return state.starts_with("22") || state.starts_with("23") || state == "XX001" || state == "XX002";
}

store_error error_of(const postgres_failure& failure, const std::string& place) {
  auto code = store_errc::unavailable;
  if (failure.may_be_stored())
    code = store_errc::unknown;
  else if (is_about_rows(failure))
    code = store_errc::corrupt;
  else if (failure.state() == wrong_schema)
    code = store_errc::refused;
  return {code, place + ": " + failure.what()};
}

} // namespace salon
