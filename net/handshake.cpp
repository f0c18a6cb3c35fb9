#include "net/handshake.hpp"

#include "messages/names.hpp"
#include "messages/utf8.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>

namespace salon {

namespace {

namespace http = boost::beast::http;
using http::field;

constexpr std::string_view json_subprotocol = "centrifuge-json";
constexpr std::string_view protobuf_subprotocol = "centrifuge-protobuf";

std::string_view value_of(const request_header& request, field name) {
  auto value = request[name];
  return {value.data(), value.size()};
}

// A header that may come once, but did come more than once, has no value.
std::string_view only_value_of(const request_header& request, field name) {
  return request.count(name) == 1 ? value_of(request, name) : std::string_view{};
}

bool lists(const request_header& request, field name, std::string_view token) {
  auto [first, last] = request.equal_range(name);
  return std::any_of(first, last, [token](const auto& line) {
    return http::token_list{line.value()}.exists({token.data(), token.size()});
  });
}

// 16 bytes in base64 (RFC 6455, 4.1).
bool is_key(std::string_view key) {
  auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+'
           || c == '/';
  };
  return key.size() == 24 && key.ends_with("==")
         && std::all_of(key.begin(), key.end() - 2, is_digit);
}

bool is_text(std::string_view value, bool& printable) {
  auto c1_control = false;
  for (std::size_t at = 0; at + 1 < value.size(); ++at) {
    auto next = static_cast<unsigned char>(value[at + 1]);
    c1_control = c1_control || (value[at] == '\xc2' && next >= 0x80 && next <= 0x9f);
  }
  printable = !c1_control && std::none_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  return is_utf8(value);
}

std::optional<response> objection_to(const request_header& request, const front_options& options) {
  if (request.method() != http::verb::get)
    return refuse(405, "A WebSocket is opened with a GET request.");
  if (request.version() < 11)
    return refuse(400, "A WebSocket needs HTTP/1.1.");
  if (!lists(request, field::upgrade, "websocket"))
    return refuse(400, "To open a WebSocket, send the header \"Upgrade: websocket\".");
  if (!lists(request, field::connection, "upgrade"))
    return refuse(400, "To open a WebSocket, send the header \"Connection: Upgrade\".");
  if (only_value_of(request, field::sec_websocket_version) != "13")
    return refuse(426, "This server speaks version 13 of the WebSocket protocol: send the header "
                       "\"Sec-WebSocket-Version: 13\".");
  if (!is_key(only_value_of(request, field::sec_websocket_key)))
    return refuse(400, "The header Sec-WebSocket-Key must come once and hold 16 random bytes in "
                       "base64.");
  if (request.count(field::host) != 1)
    return refuse(400, "The header Host must come once.");
  if (auto origin = request.find(field::origin); origin != request.end()) {
    auto from = origin->value();
    if (!is_welcome({from.data(), from.size()}, value_of(request, field::host), options))
      return refuse(403, "Pages from this origin may not connect; the server's operator can add it "
                         "to allowed_origins.");
  }
  return std::nullopt;
}

std::string switching_protocols(const request_header& request, std::string_view subprotocol) {
  std::string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Accept: ";
  answer += accept_token(value_of(request, field::sec_websocket_key));
  answer += "\r\n";
  if (!subprotocol.empty())
    answer.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  answer += "\r\n";
  return answer;
}

// Reads a parameter into `out`; what is wrong with it otherwise.
std::optional<response> read_text(const target& where, std::string_view key, std::string& out) {
  auto found = parameter(where.query, key);
  if (!found)
    return std::nullopt;
  auto complain = [key](std::string_view what) {
    return refuse(400, "The parameter \"" + std::string{key} + "\" " + std::string{what});
  };
  auto decoded = percent_decode(*found);
  if (!decoded)
    return complain("has a broken percent escape.");
  auto printable = false;
  if (!is_text(*decoded, printable))
    return complain("must be UTF-8.");
  if (!printable)
    return complain("must not contain control characters.");
  out = std::move(*decoded);
  return std::nullopt;
}

std::variant<admission, response> judge_text(const request_header& request, const target& where) {
  admission made;
  made.who.format = wire_format::text;
  if (auto wrong = read_text(where, "room", made.who.room))
    return std::move(*wrong);
  if (auto wrong = read_text(where, "name", made.who.name))
    return std::move(*wrong);
  if (made.who.name.size() > name_bytes_max)
    return refuse(400, "The parameter \"name\" must have at most 64 bytes.");
  made.answer = switching_protocols(request, {});
  return made;
}

std::variant<admission, response> judge_protocol(const request_header& request,
                                                 const target& where) {
  auto offers_json = lists(request, field::sec_websocket_protocol, json_subprotocol);
  auto offers_protobuf = lists(request, field::sec_websocket_protocol, protobuf_subprotocol);
  if ((offers_protobuf && !offers_json) || parameter(where.query, "format") == "protobuf"
      || parameter(where.query, "cf_protocol") == "protobuf")
    return refuse(400, "Protobuf is not spoken yet: use JSON, with the subprotocol "
                       "centrifuge-json or none.");
  admission made;
  made.who.format = wire_format::json;
  made.who.frame_pings = parameter(where.query, "cf_ws_frame_ping_pong") == "true";
  made.answer = switching_protocols(request, offers_json ? json_subprotocol : std::string_view{});
  return made;
}

} // namespace

bool wants_upgrade(const request_header& request) {
  return lists(request, field::upgrade, "websocket") || request.count(field::sec_websocket_key) > 0
         || request.count(field::sec_websocket_version) > 0;
}

std::variant<admission, response> judge_upgrade(const request_header& request, const target& where,
                                                const front_options& options) {
  if (auto refusal = objection_to(request, options))
    return std::move(*refusal);
  return where.path == text_path ? judge_text(request, where) : judge_protocol(request, where);
}

std::string accept_token(std::string_view key) {
  constexpr std::string_view protocol_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::string text{key};
  text += protocol_guid;
  std::array<unsigned char, 20> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<unsigned char, 29> token{}; // 28 characters and a zero
  auto length = EVP_EncodeBlock(token.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(token.data()), static_cast<std::size_t>(length)};
}

bool is_welcome(std::string_view origin, std::string_view host, const front_options& options) {
  auto same = [](std::string_view a, std::string_view b) {
    return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
  };
  auto scheme = origin.find("://");
  if (scheme != std::string_view::npos && same(origin.substr(scheme + 3), host))
    return true;
  return std::any_of(
    options.allowed_origins.begin(), options.allowed_origins.end(),
    [&](const std::string& allowed) { return allowed == "*" || same(allowed, origin); });
}

} // namespace salon
