#pragma once

#include "client/chat_address.hpp"
#include "client/conversation.hpp"

#include <iosfwd>
#include <string>

namespace salon {

/// Chats for another program: each line of standard input is published, in order, and each
/// publication of the room, our own included, is a line `NAME: TEXT` of `out`. What is wrong goes
/// to `err`. At the end of the input it waits for the last answer. Returns what the process is to
/// end with: 0; 1 when a line was not accepted, or the server cannot be reached.
int chat_as_filter(const chat_address& where, conversation_options options, const std::string& room,
                   std::ostream& out, std::ostream& err);

} // namespace salon
