#include "server/chat_page.hpp"

namespace salon {

// In place of the generated one where there is no npm (cmake/web.cmake).
page_files chat_page() noexcept {
  return {};
}

} // namespace salon
