#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace salon::test {

/// What another parser, Boost.JSON, thinks of a text.
enum class verdict {
  valid,
  invalid,
  unknown, ///< Refused for a limit of that parser rather than the grammar (RFC 8259, 9).
};

/// The same text with other characters in the place of surrogates: that parser refuses half a pair,
/// which the grammar allows (RFC 8259, 8.2).
inline std::string without_surrogates(std::string_view text) {
  std::string result{text};
  for (std::size_t i = 0; i + 1 < result.size(); ++i) {
    if (result[i] != '\\')
      continue;
    ++i;
    if (result[i] == 'u' && i + 1 < result.size() && (result[i + 1] | 0x20) == 'd')
      result[i + 1] = '0';
  }
  return result;
}

inline verdict judge(std::string_view text) {
  namespace js = boost::json;
  js::parse_options options;
  options.max_depth = 1000;
  options.allow_invalid_utf8 = true;
  js::error_code why;
  js::monotonic_resource memory;
  js::parse(without_surrogates(text), why, &memory, options);
  if (!why)
    return verdict::valid;
  // The first refusal hides what else may be wrong.
  if (why == js::error::too_deep || why == js::error::exponent_overflow)
    return verdict::unknown;
  return verdict::invalid;
}

} // namespace salon::test
