#include "net/tls_records.hpp"

#include <algorithm>

namespace salon {

namespace {

constexpr std::uint8_t first_type = 20;
constexpr std::uint8_t alert = 21;
constexpr std::uint8_t handshake = 22;
constexpr std::uint8_t application_data = 23;

constexpr std::size_t plain_bytes_max = 16'384;
constexpr std::size_t cipher_bytes_max = plain_bytes_max + 2'048; // TLS 1.2; 1.3 allows less

// In TLS 1.3 an alert, too, is encrypted and called application data. But its two bytes, one for
// its type and a tag of sixteen are less than any message of ours has.
constexpr std::size_t encrypted_alert_bytes = 19;

} // namespace

void tls_records::take(std::string_view bytes) {
  while (!bytes.empty() && state_ != state::other) {
    if (body_left_ > 0) {
      auto skipped = std::min(body_left_, bytes.size());
      body_left_ -= skipped;
      bytes.remove_prefix(skipped);
      continue;
    }
    header_[header_bytes_++] = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    if (header_bytes_ == header_.size()) {
      header_bytes_ = 0;
      on_header();
    }
  }
}

void tls_records::on_header() {
  auto type = header_[0];
  auto length = static_cast<std::size_t>(header_[3]) << 8 | header_[4];
  auto is_first = state_ == state::unknown;
  auto fits = is_first
                ? type == handshake && length <= plain_bytes_max
                : type >= first_type && type <= application_data && length <= cipher_bytes_max;
  if (header_[1] != 3 || header_[2] > 4 || length == 0) {
    state_ = state::other;
    return;
  }
  // A server that likes nothing of a client's offer begins with one.
  alert_ = alert_ || type == alert || (type == application_data && length == encrypted_alert_bytes);
  state_ = fits ? state::tls : state::other;
  body_left_ = length;
}

} // namespace salon
