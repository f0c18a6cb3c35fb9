#include "messages/client_protocol.hpp"

namespace salon::protocol {

error_result error_of(errc code) {
  return {static_cast<std::uint32_t>(code), std::string{message_of(code)}, is_temporary(code)};
}

} // namespace salon::protocol
