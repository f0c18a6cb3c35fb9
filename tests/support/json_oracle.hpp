#pragma once

#include <boost/json.hpp>

#include <string_view>

namespace salon::test {

/// What another parser, Boost.JSON, thinks of a text.
enum class verdict {
  valid,
  invalid,
  unknown, ///< Refused for a limit of that parser rather than the grammar (RFC 8259, 9).
};

inline verdict judge(std::string_view text) {
  namespace js = boost::json;
  js::parse_options options;
  options.max_depth = 1000;
  options.allow_invalid_utf8 = true;
  js::error_code why;
  js::monotonic_resource memory;
  js::parse({text.data(), text.size()}, why, &memory, options);
  if (!why)
    return verdict::valid;
  // It also refuses half surrogate pairs and exponents that overflow, and the first refusal hides
  // what else may be wrong.
  for (auto limit :
       {js::error::too_deep, js::error::exponent_overflow, js::error::illegal_leading_surrogate,
        js::error::illegal_trailing_surrogate, js::error::expected_utf16_escape})
    if (why == limit)
      return verdict::unknown;
  return verdict::invalid;
}

} // namespace salon::test
