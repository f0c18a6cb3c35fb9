#include "tests/net/client_frames.hpp"

#include <stdexcept>

namespace salon::testing {

namespace {

constexpr std::array<char, 4> key{'\x11', '\x5a', '\x00', '\xff'};

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (auto shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift & 0xff));
}

void demand(bool holds, const char* what) {
  if (!holds)
    throw std::runtime_error{what};
}

} // namespace

std::string client_frame(opcode kind, std::string_view payload, bool final) {
  std::string out;
  out.push_back(static_cast<char>((final ? 0x80 : 0) | static_cast<int>(kind)));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() <= 0xffff) {
    out.push_back(static_cast<char>(0x80 | 126));
    append_big_endian(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(0x80 | 127));
    append_big_endian(out, payload.size(), 8);
  }
  out.append(key.data(), key.size());
  for (std::size_t i = 0; i < payload.size(); ++i)
    out.push_back(static_cast<char>(payload[i] ^ key[i % key.size()]));
  return out;
}

std::string client_close(std::uint16_t code, std::string_view reason) {
  std::string body;
  append_big_endian(body, code, 2);
  body += reason;
  return client_frame(opcode::close, body);
}

server_frame server_close(close_code code, std::string_view reason) {
  server_frame made{opcode::close, {}};
  append_big_endian(made.payload, static_cast<std::uint16_t>(code), 2);
  made.payload += reason;
  return made;
}

std::vector<server_frame> take_server_frames(std::string& bytes) {
  std::vector<server_frame> frames;
  auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  while (bytes.size() >= 2) {
    demand((byte(0) & 0xf0) == 0x80, "a frame of a server is whole and has no reserved bit");
    demand((byte(1) & 0x80) == 0, "a server does not mask");
    std::uint64_t payload = byte(1);
    std::size_t header = 2;
    if (payload >= 126) {
      header += payload == 126 ? 2 : 8;
      if (bytes.size() < header)
        break;
      auto shortest = payload == 126 ? 126u : 0x10000u;
      payload = 0;
      for (std::size_t i = 2; i < header; ++i)
        payload = payload << 8 | byte(i);
      demand(payload >= shortest, "a length takes its shortest form");
    }
    if (bytes.size() < header + payload)
      break;
    auto kind = opcode{static_cast<std::uint8_t>(byte(0) & 0x0f)};
    demand(!is_control(kind) || payload <= control_bytes_max, "a control frame is short");
    frames.push_back({kind, bytes.substr(header, payload)});
    bytes.erase(0, header + payload);
  }
  return frames;
}

} // namespace salon::testing
