#include "net/outbox.hpp"

#include "net/frame_header.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace salon {

namespace {

// Messages that a queue may have had for an empty outbox to keep it.
constexpr std::size_t idle_items_max = 16;

std::size_t header_bytes_of(std::size_t payload) noexcept {
  return payload < 126 ? 2 : payload <= 0xffff ? 4 : 10;
}

} // namespace

outbox::outbox(framing how) noexcept : framing_(how) {
  // nop
}

void outbox::push(frame message, const lane& how) {
  auto size = message.size();
  if (!is_queue_ && !sole_.message) {
    sole_ = {std::move(message), how.offset, how.stream};
    payload_bytes_ = size;
    return;
  }
  auto& all = become_queue();
  if (!all.close.empty())
    return;
  payload_bytes_ += size;
  all.items.push_back({std::move(message), how.offset, how.stream});
  all.most = std::max(all.most, static_cast<std::uint32_t>(all.items.size()));
}

void outbox::push_urgent(std::string_view bytes) {
  auto& all = become_queue();
  if (all.close.empty())
    all.urgent.append(bytes);
}

void outbox::push_close(close_code code, std::string_view reason) {
  auto& all = become_queue();
  if (all.close.empty())
    append_close_frame(all.close, code, reason);
}

outbox::queue& outbox::become_queue() {
  if (is_queue_)
    return *queue_;
  if (!queue_)
    queue_ = std::make_unique<queue>();
  if (sole_.message) {
    queue_->items.push_back(sole_);
    queue_->done = sole_done_;
    queue_->begun_messages = sole_done_ > 0 ? 1 : 0;
    clear_sole();
  }
  is_queue_ = true;
  return *queue_;
}

void outbox::clear_sole() noexcept {
  sole_ = {};
  sole_done_ = 0;
}

void outbox::drop_messages() noexcept {
  if (!is_queue_) {
    if (sole_done_ > 0)
      return;
    clear_sole();
    payload_bytes_ = 0;
    return;
  }
  auto& all = *queue_;
  auto kept = std::size_t{all.begun_messages};
  while (all.items.size() > kept) {
    payload_bytes_ -= all.items.back().message.size();
    all.items.pop_back();
  }
  release_if_out();
}

std::vector<withdrawn> outbox::withdraw() {
  std::vector<withdrawn> result;
  if (empty())
    return result;
  auto& all = become_queue();
  auto first = all.items.begin() + all.begun_messages;
  auto end = std::remove_if(first, all.items.end(), [&](const item& x) {
    if (x.stream == 0)
      return false;
    auto known = std::find_if(result.begin(), result.end(),
                              [&](const withdrawn& each) { return each.stream == x.stream; });
    if (known == result.end())
      result.push_back({x.stream, x.offset});
    payload_bytes_ -= x.message.size();
    return true;
  });
  all.items.erase(end, all.items.end());
  release_if_out();
  return result;
}

std::size_t outbox::bytes() const noexcept {
  if (!is_queue_)
    return payload_bytes_ - std::min<std::size_t>(sole_done_, payload_bytes_);
  const auto& all = *queue_;
  auto begun = all.begun_messages > 0;
  auto messages = begun ? payload_bytes_ - std::min(all.done, payload_bytes_) : payload_bytes_;
  auto others = all.urgent.size() + all.close.size();
  return messages + (begun ? others : others - all.done);
}

outbox::plan outbox::plan_at(std::size_t at) const noexcept {
  const auto& items = queue_->items;
  auto begun = at == 0 && queue_->begun_messages > 0;
  auto most = begun                        ? queue_->begun_messages
              : framing_ == framing::lines ? frame_messages_max
                                           : std::size_t{1};
  plan next;
  while (next.messages < most && at + next.messages < items.size()) {
    auto newline = next.messages > 0 ? std::size_t{1} : 0;
    auto payload = next.payload + newline + items[at + next.messages].message.size();
    if (!begun && next.messages > 0 && payload > frame_payload_max)
      break;
    next.payload = payload;
    ++next.messages;
  }
  next.wire = header_bytes_of(next.payload) + next.payload;
  return next;
}

void outbox::gather(batch& out) {
  const auto& all = become_queue();
  std::size_t at = 0;
  out.skipped_ = all.done;
  if (all.begun_messages > 0) {
    auto begun = plan_at(at);
    add_frame(out, at, begun);
    at += begun.messages;
  }
  out.add(all.urgent);
  while (at < all.items.size() && out.has_room()) {
    auto next = plan_at(at);
    add_frame(out, at, next);
    at += next.messages;
  }
  if (at == all.items.size())
    out.add(all.close);
}

void outbox::add_frame(batch& out, std::size_t at, const plan& what) const {
  const auto& items = queue_->items;
  if (what.messages == 1)
    return out.add(items[at].message.wire());
  char* header = out.headers_[out.header_count_++];
  out.add({header, write_text_frame_header(what.payload, header)});
  auto last = at + what.messages - 1;
  for (; at < last; ++at)
    out.add(items[at].message.line());
  out.add(items[last].message.payload());
}

std::size_t outbox::advance(std::size_t bytes) noexcept {
  if (!is_queue_) {
    if (bytes < sole().size()) {
      sole_done_ += static_cast<std::uint32_t>(bytes);
      return 0;
    }
    clear_sole();
    payload_bytes_ = 0;
    gathers_ = false;
    queue_.reset();
    return 1;
  }
  auto& all = *queue_;
  std::size_t finished = 0;
  // The end of `part`, unless the bytes end before it.
  auto pass = [&](std::size_t part) {
    auto left = part - all.done;
    if (bytes < left) {
      all.done += bytes;
      bytes = 0;
      return false;
    }
    bytes -= left;
    all.done = 0;
    return true;
  };
  auto pass_frame = [&] {
    auto next = plan_at(0);
    auto passed = pass(next.wire);
    if (passed) {
      remove(next);
      ++finished;
    } else if (all.done > 0) {
      all.begun_messages = static_cast<std::uint8_t>(next.messages);
    }
    return passed;
  };

  if (all.begun_messages > 0 && !pass_frame())
    return finished;
  if (!all.urgent.empty()) {
    if (!pass(all.urgent.size()))
      return finished;
    std::string{}.swap(all.urgent);
  }
  while (bytes > 0 && !all.items.empty())
    if (!pass_frame())
      return finished;
  if (bytes > 0 && pass(all.close.size()))
    std::string{}.swap(all.close);
  release_if_out();
  return finished;
}

void outbox::remove(const plan& what) noexcept {
  queue_->begun_messages = 0;
  auto& items = queue_->items;
  for (std::size_t i = 0; i < what.messages; ++i) {
    payload_bytes_ -= items.front().message.size();
    items.pop_front();
  }
}

// Where messages gather twice in a row they will again; elsewhere they hardly do.
void outbox::release_if_out() noexcept {
  auto& all = *queue_;
  if (!all.items.empty() || !all.urgent.empty() || !all.close.empty())
    return;
  is_queue_ = false;
  auto before = std::exchange(gathers_, all.most > 1);
  if (gathers_ && before && all.most <= idle_items_max)
    all.most = 0;
  else
    queue_.reset();
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
