#include "store/sqlite_error.hpp"

#include <sqlite3.h>

namespace salon {

namespace {

constexpr int basic_code_mask = 0xff; // the rest of a code says more about the same failure

} // namespace

store_error error_of(const SQLite::Exception& failure, const std::string& path) {
  auto sentence = path + ": " + failure.what();
  switch (failure.getErrorCode() & basic_code_mask) {
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_CONSTRAINT: // only what is there already can contradict what the store adds
  case SQLITE_MISMATCH:
    return {store_errc::corrupt, sentence};
  default:
    return {store_errc::unavailable, sentence};
  }
}

bool may_be_stored(const SQLite::Exception& failure) noexcept {
  return (failure.getErrorCode() & basic_code_mask) == SQLITE_IOERR;
}

} // namespace salon
