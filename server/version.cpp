#include "server/version.hpp"

namespace salon {

std::string_view version() noexcept {
  return SALON_VERSION;
}

} // namespace salon
