#include "actors/link.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

/// What a queued event is counted for besides its bytes: what it takes in a frame of its own, which
/// is more than what it takes to keep it.
constexpr auto event_cost = frame_overhead_bytes_max + event_overhead_bytes_max;

std::string text_of(std::chrono::milliseconds x) {
  return x.count() % 1000 == 0 ? std::to_string(x.count() / 1000) + " s"
                               : std::to_string(x.count()) + " ms";
}

std::string versions_of(const link_hello& x) {
  return x.version_min == x.version_max
           ? "version " + std::to_string(x.version_min)
           : "versions " + std::to_string(x.version_min) + " to " + std::to_string(x.version_max);
}

} // namespace

link::link(const link_options& options, link_hello mine, time_point now)
  : options_(options),
    mine_(std::move(mine)),
    window_bytes_(options.window_bytes),
    sent_at_(now),
    heard_at_(now) {
  mine_.window_bytes = options.window_bytes;
}

std::uint32_t link::version() const noexcept {
  return std::min(mine_.version_max, peer_.version_max);
}

void link::post(const link_event& what) {
  if (state_ == state::broken)
    return;
  auto bytes = encode(what);
  auto cost = bytes.size() + event_cost;
  if (cost > options_.message_bytes_max)
    return fail("a message of " + std::to_string(cost) + " bytes for " + peer_name()
                + " is over the limit of " + std::to_string(options_.message_bytes_max));
  if (queued_bytes() + cost > options_.queue_bytes_max)
    return fail(peer_name() + " does not keep up: over " + std::to_string(options_.queue_bytes_max)
                + " bytes wait for it");
  waiting_bytes_ += cost;
  waiting_.push_back(std::move(bytes));
}

void link::refuse(std::string why) {
  if (state_ == state::broken)
    return;
  refusal_ = why;
  hello_is_due_ = true;
  fail(std::move(why));
}

void link::take(std::string_view frame, time_point now, std::vector<link_event>& events) {
  if (state_ == state::broken)
    return;
  if (frame.size() > options_.message_bytes_max)
    return fail(peer_name() + " sent a frame of " + std::to_string(frame.size())
                + " bytes, over the limit of " + std::to_string(options_.message_bytes_max)
                + ": give all nodes the same limit");
  auto read = decode_frame(frame);
  if (!read)
    return fail(peer_name() + " sent what is no frame of the link protocol");
  if (const auto* greeting = std::get_if<greeting_frame>(&*read))
    on_greeting(*greeting, now);
  else
    on_data(std::get<data_frame>(*read), frame.size(), now, events);
}

std::optional<std::string> link::next(time_point now) {
  if (std::exchange(hello_is_due_, false)) {
    sent_at_ = now;
    return encode(greeting_frame{mine_, peer_.epoch, refusal_});
  }
  if (state_ != state::open)
    return std::nullopt;
  auto events = take_batch();
  if (events.empty() && !owes_acknowledgement(now) && now - sent_at_ < options_.heartbeat_interval)
    return std::nullopt;
  return data(std::move(events), now);
}

void link::check(time_point now) {
  if (state_ == state::broken || silence(now) < options_.failure_timeout)
    return;
  auto time = text_of(options_.failure_timeout);
  if (state_ == state::greeting)
    fail("nobody introduced themselves within " + time);
  else
    fail("nothing came from " + peer_name() + " for " + time
         + ": it hangs, or the network between drops what is sent");
}

// Each end answers the other's hello with one that names its epoch. Only such a hello opens the
// link: one that does not may be left of an earlier link, and its sender long on to another.
void link::on_greeting(const greeting_frame& x, time_point now) {
  if (!x.refusal.empty() && x.peer_epoch == mine_.epoch)
    return fail(x.hello.self.name + " does not take this node in: " + x.refusal);
  if (state_ == state::open)
    return;
  if (x.hello.epoch != peer_.epoch) {
    peer_ = x.hello;
    hello_is_due_ = true;
  }
  if (x.peer_epoch == mine_.epoch)
    open(now);
}

void link::open(time_point now) {
  if (version() < std::max(mine_.version_min, peer_.version_min))
    return fail("no version of the link protocol is spoken by both: this node speaks "
                + versions_of(mine_) + ", " + peer_name() + " speaks " + versions_of(peer_)
                + ": bring them to releases that are closer");
  state_ = state::open;
  heard_at_ = now;
  // A peer that does not say what it takes takes what we do.
  if (peer_.window_bytes != 0)
    window_bytes_ = static_cast<std::size_t>(
      std::min<std::uint64_t>(options_.window_bytes, peer_.window_bytes));
}

void link::on_data(const data_frame& x, std::size_t bytes, time_point now,
                   std::vector<link_event>& events) {
  if (!belongs_here(x) || !in_sequence(x))
    return;
  taken_ = x.number;
  heard_at_ = now;
  acknowledged(x.acknowledged);
  if (x.events.empty())
    return;
  if (unacknowledged_ == 0)
    unacknowledged_since_ = now;
  unacknowledged_ += bytes;
  for (const auto& event : x.events) {
    auto read = decode_event(event);
    if (!read)
      return fail(peer_name() + " says what this release does not know");
    events.push_back(std::move(*read));
  }
}

/// Whether a frame is of this link, and not of an earlier one.
bool link::belongs_here(const data_frame& x) {
  if (x.peer_epoch != mine_.epoch)
    return false;
  if (state_ == state::greeting)
    fail("frames came before the hello of their link");
  return state_ == state::open && x.epoch == peer_.epoch;
}

bool link::in_sequence(const data_frame& x) {
  if (x.number != taken_ + 1)
    fail(
      (x.number <= taken_ ? "a frame came twice or late from " : "frames got lost on the way from ")
      + peer_name());
  else if (x.acknowledged > sent_)
    fail(peer_name() + " acknowledges what was never sent");
  return state_ == state::open;
}

void link::acknowledged(std::uint64_t number) {
  while (!under_way_.empty() && under_way_.front().number <= number) {
    under_way_bytes_ -= under_way_.front().bytes;
    under_way_.pop_front();
  }
}

bool link::owes_acknowledgement(time_point now) const noexcept {
  return unacknowledged_ != 0
         && (unacknowledged_ >= window_bytes_ / 2
             || now - unacknowledged_since_ >= acknowledgement_delay);
}

/// A frame that is larger than the whole window goes when nothing else is under way.
bool link::has_credit_for(std::size_t bytes) const noexcept {
  return under_way_.empty() || under_way_bytes_ + bytes <= window_bytes_;
}

std::vector<std::string> link::take_batch() {
  std::vector<std::string> result;
  auto bytes = frame_overhead_bytes_max;
  while (!waiting_.empty()) {
    auto grown = bytes + event_overhead_bytes_max + waiting_.front().size();
    auto is_full = result.size() >= options_.batch_events_max || bytes >= options_.batch_bytes_max
                   || grown > options_.message_bytes_max || grown > window_bytes_;
    if (!has_credit_for(grown) || (is_full && !result.empty()))
      break;
    waiting_bytes_ -= waiting_.front().size() + event_cost;
    result.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    bytes = grown;
  }
  return result;
}

std::string link::data(std::vector<std::string> events, time_point now) {
  auto has_events = !events.empty();
  auto bytes = encode(data_frame{mine_.epoch, peer_.epoch, ++sent_, taken_, std::move(events)});
  if (has_events) {
    under_way_.push_back({sent_, bytes.size()});
    under_way_bytes_ += bytes.size();
  }
  unacknowledged_ = 0;
  sent_at_ = now;
  return bytes;
}

std::string link::peer_name() const {
  return peer_.epoch == 0 ? "the peer" : peer_.self.name;
}

void link::fail(std::string why) {
  state_ = state::broken;
  why_ = std::move(why);
  waiting_ = {};
  waiting_bytes_ = 0;
  under_way_ = {};
  under_way_bytes_ = 0;
}

} // namespace salon
