#pragma once

#include "client/chat_address.hpp"
#include "client/conversation.hpp"

#include <string>

namespace salon {

/// Chats with whoever sits at the terminal that is standard input and output, until they leave.
/// Returns what the process is to end with: 0; 1 when there is no server, or it wants no more of
/// us.
int chat_at_terminal(const chat_address& where, const conversation_options& options,
                     const std::string& room, bool colours);

} // namespace salon
