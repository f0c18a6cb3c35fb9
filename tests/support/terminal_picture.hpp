#pragma once

#include "tests/support/screen.hpp"

#include <string>
#include <string_view>

namespace salon::testing {

/// A screen as a picture (SVG), with its colours and all times as 12:00: the same for the same
/// session, whenever it was. `title` stands above it.
std::string picture_of(const screen& what, std::string_view title);

} // namespace salon::testing
