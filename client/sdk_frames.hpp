#pragma once

#include "client/chat_events.hpp"
#include "messages/client_protocol.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The client protocol in JSON (docs/protocol.md) from the client's side: pure functions between
/// values and bytes. What the server says beyond it is passed over.
namespace salon::sdk {

/// The command `request` with its number; `arguments` is a JSON object.
std::string write_command(std::uint32_t id, std::string_view request, std::string_view arguments);

struct ping {};

struct reply {
  std::uint32_t id = 0;
  std::string result; ///< The answer's JSON object; empty when there is an error.
  std::optional<protocol::error_result> error;
};

struct push {
  std::string channel;
  std::string kind; ///< `pub`, `join`, `leave`, `unsubscribe`, or another.
  std::string body; ///< Its JSON object.
};

/// Monostate: not of the protocol.
using message = std::variant<std::monostate, ping, reply, push>;

/// Reads one line of a frame.
message read_message(std::string_view line);

/// The message of a chat in a publication (`data`, `info`, `offset`); nothing in one that only
/// passes, as typing does.
std::optional<chat::said> read_publication(std::string_view json);

/// All that are in the `publications` of a result, in their order.
std::vector<chat::said> read_publications(std::string_view result);

/// Who a client's info (`client`, `conn_info`) is about.
chat::person read_person(std::string_view info);

/// Who is in the `presence` of a result.
std::vector<chat::person> read_people(std::string_view result);

/// The data of a chat's message.
std::string write_message(std::string_view text, bool is_action, std::int64_t time);

/// An object of strings; for arguments.
std::string write_object(const std::vector<std::pair<std::string_view, std::string_view>>& strings);

} // namespace salon::sdk
