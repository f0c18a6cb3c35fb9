#pragma once

#include "messages/errors.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <string>

namespace salon {

/// An errc as a CAF error, for answers between actors.
caf::error fail(errc code);

/// The errc that `error` carries; errc::internal when it is some other failure, such as a deadline.
errc errc_of(const caf::error& error);

} // namespace salon
