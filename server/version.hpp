#pragma once

#include <string_view>

namespace salon {

/// This release: `0.1.0`.
std::string_view version() noexcept;

} // namespace salon
