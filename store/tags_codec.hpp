#pragma once

#include "messages/publication.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace salon {

/// Tags as a JSON object, in their order; empty when there are none.
std::string tags_to_json(const tag_list& tags);

/// Reads such an object; nothing when it is none, or when a value is no string.
std::optional<tag_list> tags_from_json(std::string_view text);

} // namespace salon
