#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace salon {

/// What can go wrong with a store, by what is to be done about it.
enum class store_errc : std::uint8_t {
  none,
  conflict, ///< The offset is not the next one, the epoch another, or the term over: read the top.
  unavailable, ///< No space, a failing disk, read-only: try again later. Nothing was stored.
  unknown,     ///< It may be stored or not: read the top.
  corrupt,     ///< What was stored is not what is there.
  elsewhere,   ///< Another node has the room; the sentence is that node's name. Ask there.
  refused,     ///< Not a store of ours, of a newer version, or in use: a person has to see to it.
};

/// A failure, and a sentence about it for the operator.
struct store_error {
  store_errc code = store_errc::none;
  std::string sentence;
};

/// A value, or why there is none.
template <class T>
using store_result = boost::system::result<T, store_error>;

/// Only what asks for the value of a failure without looking comes here: a bug.
[[noreturn]] inline void throw_exception_from_error(const store_error& error,
                                                    const boost::source_location&) {
  throw std::logic_error{error.sentence};
}

} // namespace salon
