#pragma once

#include "net/response.hpp"

#include <string_view>

namespace salon {

/// The page that says what this is and how to connect to it. One file, no script, no request to
/// anywhere else.
/// @param host           How the browser calls this server (the Host header); anything that cannot
///                       be an address is not shown.
/// @param has_chat_page  Whether there is a page to chat in; if not, this one says how to add it.
response guide(std::string_view host, bool has_chat_page);

} // namespace salon
