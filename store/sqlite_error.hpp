#pragma once

#include "store/store_error.hpp"
#include "store/stored_wrong.hpp"

#include <SQLiteCpp/Exception.h>

#include <string>
#include <utility>

/// SQLite's failures end here: behind this door they are values.
namespace salon {

/// What is to be done about a failure with the database at `path`.
store_error error_of(const SQLite::Exception& failure, const std::string& path);

/// Whether a commit that failed like this may have happened: its last bytes may have been written.
bool may_be_stored(const SQLite::Exception& failure) noexcept;

/// What `work` returns, or its failure as a value.
template <class Work>
auto attempt(const std::string& path, Work&& work) -> store_result<decltype(work())> {
  try {
    return std::forward<Work>(work)();
  } catch (const SQLite::Exception& e) {
    return error_of(e, path);
  } catch (const stored_wrong& e) {
    return store_error{store_errc::corrupt, path + ": " + e.what()};
  }
}

} // namespace salon
