#include "messages/json_codec.hpp"
#include "messages/json_writer.hpp"
#include "messages/text_codec.hpp"

#include <type_traits>

namespace salon::protocol {

namespace {

/// Names, quotes and brackets of any one publication or reply, client id and offset included.
constexpr std::size_t markup_bytes = 192;

std::size_t size_hint(const client_info& x) {
  return x.user.size() + x.conn_info.size() + x.chan_info.size();
}

std::size_t size_hint(const publication& x) {
  auto result = markup_bytes + x.data.size() + (x.info ? size_hint(*x.info) : 0);
  for (const auto& tag : x.tags)
    result += tag.first.size() + tag.second.size() + 6;
  return result;
}

void append(std::string& out, const client_info& x) {
  out += '{';
  json::append_string(out, "user", x.user);
  json::append_string(out, "client", to_string(x.client));
  json::append_json(out, "conn_info", x.conn_info);
  json::append_json(out, "chan_info", x.chan_info);
  out += '}';
}

void append(std::string& out, const tag_list& tags) {
  out += '{';
  for (const auto& tag : tags) {
    json::append_comma(out);
    json::append_quoted(out, tag.first);
    out += ':';
    json::append_quoted(out, tag.second);
  }
  out += '}';
}

void append(std::string& out, const publication& x) {
  out += '{';
  if (x.type == content::text || !x.data.empty()) {
    json::append_name(out, "data");
    text::append_json_of(out, x);
  }
  if (x.info) {
    json::append_name(out, "info");
    append(out, *x.info);
  }
  json::append_nonzero(out, "offset", x.offset);
  if (!x.tags.empty()) {
    json::append_name(out, "tags");
    append(out, x.tags);
  }
  out += '}';
}

void append(std::string& out, const std::vector<publication_ptr>& publications) {
  if (publications.empty())
    return;
  auto expected = out.size();
  for (const auto& pub : publications)
    expected += size_hint(*pub);
  out.reserve(expected + markup_bytes);
  json::append_name(out, "publications");
  out += '[';
  for (const auto& pub : publications) {
    json::append_comma(out);
    append(out, *pub);
  }
  out += ']';
}

constexpr std::string_view name_of(const error_result&) {
  return "error";
}

void append_members(std::string& out, const error_result& x) {
  json::append_nonzero(out, "code", x.code);
  json::append_nonempty(out, "message", x.message);
  json::append_flag(out, "temporary", x.temporary);
}

constexpr std::string_view name_of(const connect_result&) {
  return "connect";
}

void append_members(std::string& out, const connect_result& x) {
  json::append_nonempty(out, "client", x.client);
  json::append_nonempty(out, "version", x.version);
  json::append_json(out, "data", x.data);
  json::append_nonzero(out, "ping", x.ping);
  json::append_flag(out, "pong", x.pong);
}

constexpr std::string_view name_of(const subscribe_result&) {
  return "subscribe";
}

void append_members(std::string& out, const subscribe_result& x) {
  json::append_nonempty(out, "epoch", x.epoch);
  json::append_flag(out, "recoverable", x.recoverable);
  json::append_flag(out, "positioned", x.positioned);
  json::append_nonzero(out, "offset", x.offset);
  json::append_flag(out, "was_recovering", x.was_recovering);
  json::append_flag(out, "recovered", x.recovered);
  json::append_json(out, "data", x.data);
  append(out, x.publications);
}

constexpr std::string_view name_of(const unsubscribe_result&) {
  return "unsubscribe";
}

void append_members(std::string&, const unsubscribe_result&) {
  // nop
}

constexpr std::string_view name_of(const publish_result&) {
  return "publish";
}

void append_members(std::string&, const publish_result&) {
  // nop
}

constexpr std::string_view name_of(const presence_result&) {
  return "presence";
}

// The SDK for JavaScript hands what it reads here to its user as it is, so an empty room is written
// as an empty map and, in the statistics, zero as 0: absent they would arrive as `undefined`.
void append_members(std::string& out, const presence_result& x) {
  json::append_name(out, "presence");
  out += '{';
  for (const auto& info : x.presence) {
    json::append_name(out, to_string(info.client));
    append(out, info);
  }
  out += '}';
}

constexpr std::string_view name_of(const presence_stats_result&) {
  return "presence_stats";
}

void append_members(std::string& out, const presence_stats_result& x) {
  json::append_name(out, "num_clients");
  json::append_number(out, x.num_clients);
  json::append_name(out, "num_users");
  json::append_number(out, x.num_users);
}

constexpr std::string_view name_of(const history_result&) {
  return "history";
}

void append_members(std::string& out, const history_result& x) {
  append(out, x.publications);
  json::append_nonempty(out, "epoch", x.epoch);
  json::append_nonzero(out, "offset", x.offset);
}

constexpr std::string_view name_of(const rpc_result&) {
  return "rpc";
}

void append_members(std::string& out, const rpc_result& x) {
  json::append_json(out, "data", x.data);
}

/// `{"push":{"channel":"...", "NAME":`, without a value yet.
std::string open_push(std::string_view channel, std::string_view name, std::size_t value_bytes) {
  std::string out;
  out.reserve(markup_bytes + channel.size() + value_bytes);
  out += R"({"push":{)";
  json::append_string(out, "channel", channel);
  json::append_name(out, name);
  return out;
}

std::string membership_push(std::string_view channel, std::string_view name,
                            const client_info& info) {
  auto out = open_push(channel, name, size_hint(info));
  out += R"({"info":)";
  append(out, info);
  out += "}}}";
  return out;
}

} // namespace

std::string encode_reply(std::uint32_t id, const result& what) {
  std::string out;
  out.reserve(markup_bytes);
  out += R"({"id":)";
  json::append_number(out, id);
  std::visit(
    [&out](const auto& x) {
      json::append_name(out, name_of(x));
      out += '{';
      append_members(out, x);
    },
    what);
  out += "}}";
  return out;
}

std::string encode_publication_push(std::string_view channel, const publication& pub) {
  auto out = open_push(channel, "pub", size_hint(pub));
  append(out, pub);
  out += "}}";
  return out;
}

std::string encode_join_push(std::string_view channel, const client_info& info) {
  return membership_push(channel, "join", info);
}

std::string encode_leave_push(std::string_view channel, const client_info& info) {
  return membership_push(channel, "leave", info);
}

std::string encode_unsubscribe_push(std::string_view channel, unsubscribe_code code) {
  auto out = open_push(channel, "unsubscribe", 0);
  out += '{';
  json::append_nonzero(out, "code", static_cast<unsigned>(code));
  json::append_string(out, "reason", reason_of(code));
  out += "}}}";
  return out;
}

} // namespace salon::protocol
