#include "net/outbox.hpp"

#include "net/frame_header.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace salon {

namespace {

// What an empty outbox may keep of its queue, so that a quiet conversation does not allocate.
constexpr std::size_t idle_items_max = 16;

std::size_t header_bytes_of(std::size_t payload) noexcept {
  return payload < 126 ? 2 : payload <= 0xffff ? 4 : 10;
}

} // namespace

outbox::outbox(framing how) noexcept : framing_(how) {
  // nop
}

void outbox::push(frame message, const lane& how) {
  if (apart_ && !apart_->close.empty())
    return;
  // A queue that is never quite empty must not grow by what has long gone out.
  if (items_.size() == items_.capacity() && head_ > items_.size() / 2) {
    items_.erase(items_.begin(), items_.begin() + head_);
    head_ = 0;
  }
  payload_bytes_ += message.size();
  items_.push_back({std::move(message), how.offset, how.stream});
}

void outbox::push_urgent(std::string_view bytes) {
  if (close().empty())
    have_apart().urgent.append(bytes);
}

void outbox::push_close(close_code code, std::string_view reason) {
  if (close().empty())
    append_close_frame(have_apart().close, code, reason);
}

outbox::apart& outbox::have_apart() {
  if (!apart_)
    apart_ = std::make_unique<apart>();
  return *apart_;
}

void outbox::forget_apart() noexcept {
  if (apart_ && apart_->urgent.empty() && apart_->close.empty())
    apart_ = nullptr;
}

void outbox::drop_messages() noexcept {
  auto kept = head_ + std::size_t{begun_messages_};
  while (items_.size() > kept) {
    payload_bytes_ -= items_.back().message.size();
    items_.pop_back();
  }
}

std::vector<withdrawn> outbox::withdraw() {
  std::vector<withdrawn> result;
  auto first = items_.begin() + static_cast<std::ptrdiff_t>(head_ + std::size_t{begun_messages_});
  auto end = std::remove_if(first, items_.end(), [&](const item& x) {
    if (x.stream == 0)
      return false;
    auto known = std::find_if(result.begin(), result.end(),
                              [&](const withdrawn& each) { return each.stream == x.stream; });
    if (known == result.end())
      result.push_back({x.stream, x.offset});
    payload_bytes_ -= x.message.size();
    return true;
  });
  items_.erase(end, items_.end());
  return result;
}

std::size_t outbox::bytes() const noexcept {
  auto messages
    = begun_messages_ > 0 ? payload_bytes_ - std::min(done_, payload_bytes_) : payload_bytes_;
  auto others = urgent().size() + close().size();
  return messages + (begun_messages_ > 0 ? others : others - done_);
}

std::size_t outbox::capacity_bytes() const noexcept {
  auto heap = [](const std::string& text) {
    return text.capacity() > std::string{}.capacity() ? text.capacity() : 0;
  };
  auto others
    = apart_ ? sizeof(apart) + heap(apart_->urgent) + heap(apart_->close) : std::size_t{0};
  return items_.capacity() * sizeof(item) + others;
}

outbox::plan outbox::plan_at(std::size_t at) const noexcept {
  auto begun = at == head_ && begun_messages_ > 0;
  auto most = begun                        ? begun_messages_
              : framing_ == framing::lines ? frame_messages_max
                                           : std::size_t{1};
  plan next;
  while (next.messages < most && at + next.messages < items_.size()) {
    auto newline = next.messages > 0 ? std::size_t{1} : 0;
    auto payload = next.payload + newline + items_[at + next.messages].message.size();
    if (!begun && next.messages > 0 && payload > frame_payload_max)
      break;
    next.payload = payload;
    ++next.messages;
  }
  next.wire = header_bytes_of(next.payload) + next.payload;
  return next;
}

void outbox::gather(batch& out) const {
  auto at = std::size_t{head_};
  out.skipped_ = done_;
  if (begun_messages_ > 0) {
    auto begun = plan_at(at);
    add_frame(out, at, begun);
    at += begun.messages;
  }
  out.add(urgent());
  while (at < items_.size() && out.has_room()) {
    auto next = plan_at(at);
    add_frame(out, at, next);
    at += next.messages;
  }
  if (at == items_.size())
    out.add(close());
}

void outbox::add_frame(batch& out, std::size_t at, const plan& what) const {
  if (what.messages == 1)
    return out.add(items_[at].message.wire());
  char* header = out.headers_[out.header_count_++];
  out.add({header, write_text_frame_header(what.payload, header)});
  auto last = at + what.messages - 1;
  for (; at < last; ++at)
    out.add(items_[at].message.line());
  out.add(items_[last].message.payload());
}

std::size_t outbox::advance(std::size_t bytes) {
  if (auto alone = sole().size(); alone > 0 && bytes == alone) {
    payload_bytes_ = 0;
    release();
    return 1;
  }
  std::size_t finished = 0;
  // The end of `part`, unless the bytes end before it.
  auto pass = [&](std::size_t part) {
    auto left = part - done_;
    if (bytes < left) {
      done_ += bytes;
      bytes = 0;
      return false;
    }
    bytes -= left;
    done_ = 0;
    return true;
  };
  auto pass_frame = [&] {
    auto next = plan_at(head_);
    auto passed = pass(next.wire);
    if (passed) {
      remove(next);
      ++finished;
    } else if (done_ > 0) {
      begun_messages_ = static_cast<std::uint8_t>(next.messages);
    }
    return passed;
  };

  if (begun_messages_ > 0 && !pass_frame())
    return finished;
  if (!urgent().empty()) {
    if (!pass(urgent().size()))
      return finished;
    std::string{}.swap(apart_->urgent);
  }
  while (bytes > 0 && head_ < items_.size())
    if (!pass_frame())
      return finished;
  if (bytes > 0 && pass(close().size()))
    std::string{}.swap(apart_->close);
  forget_apart();
  if (head_ == items_.size())
    release();
  return finished;
}

void outbox::remove(const plan& what) noexcept {
  begun_messages_ = 0;
  for (std::size_t i = 0; i < what.messages; ++i) {
    auto& gone = items_[head_++];
    payload_bytes_ -= gone.message.size();
    gone.message = {};
  }
}

void outbox::release() noexcept {
  if (items_.capacity() > idle_items_max)
    std::vector<item>{}.swap(items_);
  else
    items_.clear();
  head_ = 0;
}

void outbox::batch::add(std::string_view part) noexcept {
  auto skipped = std::min(skipped_, part.size());
  skipped_ -= skipped;
  part.remove_prefix(skipped);
  if (part.empty())
    return;
  // writev only reads, though its type does not say so.
  parts_[count_++] = {const_cast<char*>(part.data()), part.size()};
  bytes_ += part.size();
}

bool outbox::batch::has_room() const noexcept {
  // For one more frame, and for the close frame behind it.
  return count_ + frame_messages_max + 2 <= parts_max && header_count_ < headers_max;
}

} // namespace salon
