#include "actors/failure.hpp"

#include <caf/message.hpp>

namespace salon {

// The number travels as the context of one of CAF's own codes: enough on one node, where errors of
// ours never leave the process.
caf::error fail(errc code) {
  return caf::make_error(caf::sec::runtime_error, static_cast<std::uint16_t>(code));
}

errc errc_of(const caf::error& error) {
  if (error == caf::sec::runtime_error && error.context().match_elements<std::uint16_t>())
    return static_cast<errc>(error.context().get_as<std::uint16_t>(0));
  return errc::internal;
}

} // namespace salon
