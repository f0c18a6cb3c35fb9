#pragma once

#include "store/store_error.hpp"
#include "store/stored_wrong.hpp"

#include <stdexcept>
#include <string>
#include <utility>

/// PostgreSQL's failures end here: behind this door they are values.
namespace salon {

/// The state of a failure of ours: what is there is none of our stores, or of a newer version.
inline constexpr auto wrong_schema = "salon";

/// A question that was not answered as it should be.
class postgres_failure : public std::runtime_error {
public:
  postgres_failure(const std::string& sentence, std::string state, bool may_be_stored,
                   bool is_cut_off)
    : std::runtime_error(sentence),
      state_(std::move(state)),
      may_be_stored_(may_be_stored),
      is_cut_off_(is_cut_off) {
    // nop
  }

  /// The five letters of PostgreSQL's error codes; empty when it did not say anything.
  const std::string& state() const noexcept {
    return state_;
  }

  /// Whether the transaction may have been committed all the same.
  bool may_be_stored() const noexcept {
    return may_be_stored_;
  }

  /// Whether the connection is of no more use.
  bool is_cut_off() const noexcept {
    return is_cut_off_;
  }

private:
  std::string state_;
  bool may_be_stored_;
  bool is_cut_off_;
};

/// Whether the failure is about what was to be stored, or is, rather than about the database.
bool is_about_rows(const postgres_failure& failure) noexcept;

/// What is to be done about a failure with the database at `place`.
store_error error_of(const postgres_failure& failure, const std::string& place);

/// What `work` returns, or its failure as a value.
template <class Work>
auto attempt_with_postgres(const std::string& place, Work&& work)
  -> store_result<decltype(work())> {
  try {
    return std::forward<Work>(work)();
  } catch (const postgres_failure& e) {
    return error_of(e, place);
  } catch (const stored_wrong& e) {
    return store_error{store_errc::corrupt, place + ": " + e.what()};
  }
}

} // namespace salon
