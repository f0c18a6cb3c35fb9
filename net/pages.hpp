#pragma once

#include "net/response.hpp"

#include <string_view>

namespace salon {

/// The page a browser gets at `/`: what this is and how to connect. One file, no script, no request
/// to anywhere else.
/// @param host  How the browser calls this server (the Host header); anything that cannot be an
///              address is not shown.
response home_page(std::string_view host);

} // namespace salon
