#pragma once

#include "net/page_file.hpp"

namespace salon {

/// The chat page that this server was built with (`web/`); none if it was built without.
page_files chat_page() noexcept;

} // namespace salon
