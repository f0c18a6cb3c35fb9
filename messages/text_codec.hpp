#pragma once

#include "messages/publication.hpp"

#include <string>
#include <string_view>

/// What people with a bare WebSocket client see, and how it meets what SDK clients see.
namespace salon::text {

/// The line a text client reads for `pub`: its bytes when a text client sent it, else the `text`
/// member of a JSON object when it is a string, else the JSON text itself.
std::string line_of(const publication& pub);

/// The JSON an SDK client reads for `pub`: its data, or `{"text": ...}` around a text client's
/// line.
std::string json_of(const publication& pub);

/// Appends what `json_of` returns.
void append_json_of(std::string& out, const publication& pub);

/// `{"name": ...}`, the connection info of somebody who gave a name; empty for an empty name.
std::string info_of(std::string_view name);

/// What the one who published `pub` is called: the `name` of its connection info; empty for people
/// without one and for the server itself.
std::string name_of(const publication& pub);

/// The string member `name` at the top level of the JSON object `json`; empty when there is none.
std::string string_member(std::string_view json, std::string_view name);

} // namespace salon::text
