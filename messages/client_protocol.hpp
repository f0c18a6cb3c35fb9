#pragma once

#include "messages/errors.hpp"
#include "messages/publication.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The Centrifuge client protocol, version 2, as values: what clients ask and what they are told.
/// How these look in bytes is the codec's business (messages/json_codec.hpp). Members have the
/// protocol's names; `data` is always JSON text.
namespace salon::protocol {

struct connect_request {
  std::string token;
  std::string data;
  std::string name;
  std::string version;
};

struct subscribe_request {
  std::string channel;
  std::string token;
  std::string data;
  std::string epoch;
  std::uint64_t offset = 0;
  bool recover = false;
  bool positioned = false;
  bool recoverable = false;
  bool join_leave = false;
  std::string delta;
  std::int64_t flag = 0; ///< Bit 2: answer error 112 rather than subscribe without recovery.
  std::int64_t type = 0; ///< 0: stream, the only one spoken here.
};

struct unsubscribe_request {
  std::string channel;
};

struct publish_request {
  std::string channel;
  std::string data; ///< Empty when the command had none.
};

struct presence_request {
  std::string channel;
};

struct presence_stats_request {
  std::string channel;
};

struct history_request {
  std::string channel;
  std::int64_t limit = 0; ///< 0: the top position only; -1: all, up to the server's limit.
  std::optional<stream_position> since; ///< Not included in the answer.
  bool reverse = false;
};

struct ping_request {};

struct rpc_request {
  std::string method;
  std::string data;
};

struct send_request {
  std::string data;
};

struct refresh_request {
  std::string token;
};

struct sub_refresh_request {
  std::string channel;
  std::string token;
};

/// A command without a request is the client's pong when its id is 0, else a mistake.
using request
  = std::variant<std::monostate, connect_request, ping_request, subscribe_request,
                 unsubscribe_request, publish_request, presence_request, presence_stats_request,
                 history_request, rpc_request, send_request, refresh_request, sub_refresh_request>;

struct command {
  std::uint32_t id = 0; ///< Echoed by the reply; 0 only for `send` and pongs.
  protocol::request request;
};

struct connect_result {
  std::string client;
  std::string version;
  std::string data;
  std::uint32_t ping = 0; ///< Seconds between the server's pings; 0: none.
  bool pong = false;      ///< Whether the client is to answer them.
};

struct subscribe_result {
  bool recoverable = false;
  bool positioned = false;
  std::string epoch;
  std::uint64_t offset = 0;
  bool recovered = false;
  bool was_recovering = false;
  std::string data;
  std::vector<publication_ptr> publications;
};

struct unsubscribe_result {};

struct publish_result {};

struct presence_result {
  std::vector<client_info> presence;
};

struct presence_stats_result {
  std::uint32_t num_clients = 0;
  std::uint32_t num_users = 0;
};

struct history_result {
  std::vector<publication_ptr> publications;
  std::string epoch;
  std::uint64_t offset = 0;
};

struct rpc_result {
  std::string data;
};

/// An error as a client reads it: a code of the protocol, or a service's own (400 to 1999).
struct error_result {
  std::uint32_t code = 0;
  std::string message;
  bool temporary = false;
};

/// The protocol's error with its number, sentence and temporary mark.
error_result error_of(errc code);

using result
  = std::variant<error_result, connect_result, subscribe_result, unsubscribe_result, publish_result,
                 presence_result, presence_stats_result, history_result, rpc_result>;

} // namespace salon::protocol
