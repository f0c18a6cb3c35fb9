#include "base/endpoint.hpp"

namespace salon {

std::string to_text(const tcp::endpoint& of) {
  auto address = of.address().to_string();
  if (of.address().is_v6())
    address = '[' + address + ']';
  return address + ':' + std::to_string(of.port());
}

} // namespace salon
