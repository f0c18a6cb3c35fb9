#include "net/frame_reader.hpp"

#include <algorithm>

namespace salon {

namespace {

// Stands for "no objection": nobody fails with it.
constexpr auto none = close_code{};

std::string_view view(std::span<const char> bytes) noexcept {
  return {bytes.data(), bytes.size()};
}

} // namespace

frame_reader::frame_reader(std::size_t message_bytes_max) noexcept
  : message_bytes_max_(message_bytes_max) {
  // nop
}

std::size_t frame_reader::kept_bytes() const noexcept {
  return begun_ ? begun_->header_bytes + begun_->message.size() + begun_->control.size() : 0;
}

frame_event frame_reader::next(std::span<char>& input) {
  tidy();
  while (!over_) {
    if (!begun_ || !begun_->in_frame) {
      frame_header header;
      switch (read_header(input, header)) {
      case header_state::incomplete:
        return {};
      case header_state::invalid:
        return fail(close_code::protocol_error);
      case header_state::complete:
        break;
      }
      if (auto code = objection_to(header); code != none)
        return fail(code);
      auto apart = is_control(header.kind) || (header.final && !in_message());
      if (apart && input.size() >= header.payload)
        return take_whole(header, input);
      auto& kept = keep();
      kept.in_frame = true;
      kept.frame = header;
      kept.taken = 0;
      kept.control.clear();
    }
    if (!take_part(input))
      return fail(close_code::invalid_payload);
    if (begun_->taken < begun_->frame.payload)
      return {};
    if (auto event = finish_frame(); event.what != frame_event::kind::nothing)
      return event;
  }
  input = {};
  return {};
}

frame_reader::begun& frame_reader::keep() {
  if (!begun_)
    begun_ = std::make_unique<begun>();
  return *begun_;
}

void frame_reader::tidy() noexcept {
  if (!begun_)
    return;
  if (begun_->delivered) {
    begun_->delivered = false;
    begun_->message.clear();
    begun_->utf8 = {};
  }
  if (begun_->idle())
    begun_.reset();
}

header_state frame_reader::read_header(std::span<char>& input, frame_header& header) {
  if (!begun_ || begun_->header_bytes == 0) {
    auto state = read_frame_header(input, header);
    if (state == header_state::complete)
      input = input.subspan(header.bytes);
    if (state != header_state::incomplete || input.empty())
      return state;
  }
  // A header that is cut is completed in a place of its own.
  auto& kept = keep();
  auto had = kept.header_bytes;
  auto more = std::min(input.size(), kept.header.size() - had);
  std::copy_n(input.begin(), more, kept.header.begin() + had);
  kept.header_bytes = static_cast<std::uint8_t>(had + more);
  auto state = read_frame_header({kept.header.data(), kept.header_bytes}, header);
  if (state == header_state::complete) {
    kept.header_bytes = 0;
    input = input.subspan(header.bytes - had);
  } else {
    input = input.subspan(more);
  }
  return state;
}

close_code frame_reader::objection_to(const frame_header& header) const noexcept {
  if (is_control(header.kind))
    return none;
  if ((header.kind == opcode::continuation) != in_message())
    return close_code::protocol_error;
  if (header.kind == opcode::binary)
    return close_code::unsupported_data;
  auto before = in_message() ? begun_->message.size() : 0;
  if (header.payload > message_bytes_max_ - before)
    return close_code::message_too_big;
  return none;
}

bool frame_reader::in_message() const noexcept {
  return begun_ && begun_->in_message;
}

frame_event frame_reader::take_whole(const frame_header& header, std::span<char>& input) {
  auto payload = input.first(static_cast<std::size_t>(header.payload));
  input = input.subspan(payload.size());
  unmask(payload, header.mask, 0);
  if (is_control(header.kind))
    return control_event(header.kind, view(payload));
  if (!is_utf8(view(payload)))
    return fail(close_code::invalid_payload);
  return {frame_event::kind::message, close_code::normal, view(payload)};
}

bool frame_reader::take_part(std::span<char>& input) {
  auto& kept = *begun_;
  auto left = kept.frame.payload - kept.taken;
  auto part = input.first(static_cast<std::size_t>(std::min<std::uint64_t>(input.size(), left)));
  input = input.subspan(part.size());
  unmask(part, kept.frame.mask, kept.taken);
  kept.taken += part.size();
  if (is_control(kept.frame.kind)) {
    kept.control.append(view(part));
    return true;
  }
  kept.message.append(view(part));
  return kept.utf8.feed(view(part));
}

frame_event frame_reader::finish_frame() {
  auto& kept = *begun_;
  kept.in_frame = false;
  if (is_control(kept.frame.kind))
    return control_event(kept.frame.kind, kept.control);
  kept.in_message = !kept.frame.final;
  if (kept.in_message)
    return {};
  if (!kept.utf8.complete())
    return fail(close_code::invalid_payload);
  kept.delivered = true;
  return {frame_event::kind::message, close_code::normal, kept.message};
}

frame_event frame_reader::control_event(opcode kind, std::string_view payload) {
  if (kind == opcode::ping)
    return {frame_event::kind::ping, close_code::normal, payload};
  if (kind == opcode::pong)
    return {frame_event::kind::pong, close_code::normal, payload};
  if (payload.size() == 1)
    return fail(close_code::protocol_error);
  auto code = no_close_code;
  if (!payload.empty()) {
    auto high = static_cast<std::uint8_t>(payload[0]);
    auto low = static_cast<std::uint8_t>(payload[1]);
    code = static_cast<close_code>(high << 8 | low);
    payload.remove_prefix(2);
    if (!may_be_sent(code))
      return fail(close_code::protocol_error);
    if (!is_utf8(payload))
      return fail(close_code::invalid_payload);
  }
  over_ = true;
  return {frame_event::kind::close, code, payload};
}

frame_event frame_reader::fail(close_code code) {
  over_ = true;
  begun_.reset();
  return {frame_event::kind::failure, code, {}};
}

} // namespace salon
