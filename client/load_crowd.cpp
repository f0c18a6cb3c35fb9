#include "client/load_crowd.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace salon {

namespace {

using namespace std::chrono_literals;

constexpr auto probe_every = 100ms;
constexpr auto quiet_after = 500ms;
constexpr std::chrono::milliseconds wait_max{5};

// Of this thread: another process that takes its core is none of its cost.
std::chrono::nanoseconds own_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

in_addr source_address(const sockaddr_in& server, std::size_t number) {
  constexpr std::uint32_t loopback_net = 0x7f000000;
  in_addr result{INADDR_ANY};
  // Another network's addresses are its own business.
  if ((ntohl(server.sin_addr.s_addr) & 0xff000000) == loopback_net)
    result.s_addr = htonl(loopback_net + 1 + static_cast<std::uint32_t>(number));
  return result;
}

} // namespace

load_crowd::load_crowd(const load_options& options)
  : options_(options),
    wire_(make_load_wire(options.protocol)),
    joins_at_once_(wire_->greeting("", {}).empty()),
    publishers_(options.rooms * options.publishers),
    audit_(options.rooms * options.members, options.publishers) {
  for (const auto& x : options.servers)
    note_server(x);
  for (std::size_t i = 0; i < options.rooms; ++i)
    rooms_.push_back(options.room + std::to_string(i));
  for (std::size_t i = 0; i < options.rooms * options.members; ++i) {
    members_.push_back(std::make_unique<member>(loop_, *this, i));
    to_open_.push_back(i);
  }
}

// -- coming and going ---------------------------------------------------------

void load_crowd::note_server(const load_server& which) {
  destination result{{}, which.host + ':' + std::to_string(which.port)};
  result.address.sin_family = AF_INET;
  result.address.sin_port = htons(which.port);
  if (::inet_pton(AF_INET, which.host.c_str(), &result.address.sin_addr) != 1)
    failure_ = which.host + ": expected an IPv4 address";
  servers_.push_back(std::move(result));
}

void load_crowd::open(member& who) {
  auto index = who.connection.index();
  ++opening_;
  who.has_joined = false;
  const auto& to = servers_[index % servers_.size()];
  who.connection.open(to.address, source_address(to.address, index % options_.sources),
                      to.authority, wire_->target(rooms_[room_of(index)]));
}

void load_crowd::open_some() {
  while (opening_ < options_.opening_max && !to_open_.empty() && failure_.empty()) {
    auto next = to_open_.front();
    to_open_.pop_front();
    open(*members_[next]);
  }
}

bool load_crowd::gather() {
  return run_until(clock::now() + options_.patience, [this] {
    open_some();
    return joined_ == members_.size();
  });
}

void load_crowd::on_open(load_connection& which) {
  auto& who = *members_[which.index()];
  if (joins_at_once_)
    return note_joined(who);
  which.send(wire_->greeting(rooms_[room_of(which.index())], who.at), wire_->is_binary());
}

void load_crowd::note_joined(member& who) {
  if (std::exchange(who.has_joined, true))
    return;
  --opening_;
  ++joined_;
  if (cut_at_ != clock::time_point{})
    recovery_.add(clock::now() - cut_at_);
  if (churning_)
    who.connection.leave();
}

void load_crowd::on_end(load_connection& which, const std::string& why) {
  auto& who = *members_[which.index()];
  if (who.has_joined)
    --joined_;
  else
    --opening_;
  if (why.empty()) {
    ++tally_.cycles;
    if (reopening_)
      to_open_.push_back(which.index());
    return;
  }
  if (who.has_joined && is_slow(which.index())) {
    ++tally_.slow_sent_away;
    return;
  }
  ++tally_.disconnected;
  if (failure_.empty())
    failure_ = "connection " + std::to_string(which.index()) + ": " + why;
}

bool load_crowd::churn_for(clock::duration span) {
  churning_ = true;
  reopening_ = true;
  for (auto& who : members_)
    who->connection.leave();
  run_until(clock::now() + span, [this] {
    open_some();
    return false;
  });
  reopening_ = false;
  to_open_.clear();
  auto all_left
    = run_until(clock::now() + options_.patience, [this] { return opening_ + joined_ == 0; });
  churning_ = false;
  return all_left;
}

void load_crowd::cut_connections() {
  cut_at_ = clock::now();
  for (auto i = options_.steady; i < members_.size(); ++i) {
    auto& who = *members_[i];
    who.connection.cut();
    joined_ -= std::exchange(who.has_joined, false) ? 1 : 0;
    to_open_.push_back(i);
  }
}

void load_crowd::let_slow_read(bool reads) {
  for (auto& who : members_)
    if (is_slow(who->connection.index()))
      who->connection.listen(reads);
}

// -- publishing ---------------------------------------------------------------

bool load_crowd::settle() {
  settled_.assign(members_.size(), false);
  unsettled_ = members_.size();
  auto next_probe = clock::now();
  auto done = run_until(clock::now() + options_.patience, [&] {
    if (clock::now() >= next_probe) {
      next_probe = clock::now() + probe_every;
      for (std::size_t room = 0; room < rooms_.size(); ++room)
        publish(room * options_.publishers, clock::now());
    }
    return unsettled_ == 0;
  });
  settled_.clear();
  for (auto& each : publishers_)
    each.unfinished.clear();
  unfinished_ = 0;
  for (std::size_t i = 0; i < members_.size(); ++i)
    for (std::size_t k = 0; k < options_.publishers; ++k)
      audit_.count_in(i, k, publishers_[room_of(i) * options_.publishers + k].next);
  return done;
}

void load_crowd::publish(std::size_t which, clock::time_point due) {
  auto room = which / options_.publishers;
  auto& from = publishers_[which];
  auto& who = *members_[room * options_.members + which % options_.publishers];
  from.unfinished.push_back({due, options_.members - options_.slow});
  ++unfinished_;
  if (measuring_)
    ++tally_.publications;
  load_mark mark{static_cast<std::uint32_t>(which), from.next++};
  who.connection.send(wire_->publish(rooms_[room], mark, options_.payload_bytes),
                      wire_->is_binary());
}

void load_crowd::publish_due() {
  auto step
    = std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>{1 / options_.rate});
  for (auto now = clock::now(); next_due_ <= now; next_due_ += step) {
    publish(next_publisher_, next_due_);
    // One room after the other, so that they share the load evenly.
    next_publisher_ += options_.publishers;
    if (next_publisher_ >= publishers_.size())
      next_publisher_ = (next_publisher_ + 1) % options_.publishers;
  }
}

void load_crowd::fill_windows() {
  for (std::size_t i = 0; i < publishers_.size(); ++i)
    while (publishers_[i].unfinished.size() < options_.window)
      publish(i, clock::now());
}

void load_crowd::publish_for(clock::duration span) {
  auto end = clock::now() + span;
  if (options_.rate > 0) {
    next_due_ = clock::now();
    on_schedule_ = true;
    run_until(end, [this] {
      publish_due();
      return false;
    });
    on_schedule_ = false;
    return;
  }
  closed_loop_ = true;
  fill_windows();
  run_until(end, [] { return false; });
  closed_loop_ = false;
}

bool load_crowd::publish_until_gathered() {
  next_due_ = clock::now();
  on_schedule_ = true;
  auto gathered = run_until(clock::now() + options_.patience, [this] {
    publish_due();
    open_some();
    return joined_ == members_.size();
  });
  on_schedule_ = false;
  return gathered;
}

void load_crowd::drain() {
  run_until(clock::now() + options_.patience, [this] { return unfinished_ == 0; });
}

void load_crowd::await_slow() {
  run_until(clock::now() + options_.patience, [this] {
    return slow_caught_up() + tally_.slow_sent_away == options_.slow * rooms_.size();
  });
}

void load_crowd::rest() {
  last_byte_ = clock::now();
  run_until(clock::now() + options_.patience,
            [this] { return clock::now() - last_byte_ > quiet_after; });
}

void load_crowd::start_measuring() {
  measuring_ = true;
  tally_.publications = 0;
  tally_.deliveries = 0;
  tally_.idle = {};
  latency_ = {};
}

// -- what comes ---------------------------------------------------------------

void load_crowd::on_message(load_connection& which, std::string_view message) {
  now_ = clock::now();
  last_byte_ = now_;
  speaking_ = members_[which.index()].get();
  wire_->read(message, rooms_[room_of(which.index())], speaking_->at, *this);
}

void load_crowd::on_joined(bool recovered) {
  tally_.recovered += recovered ? 1 : 0;
  note_joined(*speaking_);
}

void load_crowd::on_answer(std::string_view message) {
  speaking_->connection.send(message, wire_->is_binary());
}

void load_crowd::on_refused(std::string_view why) {
  ++tally_.refused;
  if (failure_.empty())
    failure_ = "the server refused: " + std::string{why};
}

void load_crowd::on_publication(const load_mark& mark) {
  auto index = speaking_->connection.index();
  auto room = room_of(index);
  if (mark.publisher >= publishers_.size() || mark.publisher / options_.publishers != room)
    return on_refused("a publication of another room came");
  if (!settled_.empty()) {
    unsettled_ -= settled_[index] ? 0 : 1;
    settled_[index] = true;
    return;
  }
  auto verdict = audit_.take(index, mark.publisher % options_.publishers, mark.number);
  if (verdict != delivery_audit::verdict::first && verdict != delivery_audit::verdict::late)
    return;
  auto& from = publishers_[mark.publisher];
  auto oldest = from.next - static_cast<std::uint32_t>(from.unfinished.size());
  if (mark.number < oldest || mark.number >= from.next || is_slow(index))
    return;
  auto& which = from.unfinished[mark.number - oldest];
  if (measuring_) {
    ++tally_.deliveries;
    if (cut_at_ == clock::time_point{} || index < options_.steady)
      latency_.add(now_ - which.due);
  }
  if (--which.left > 0)
    return;
  while (!from.unfinished.empty() && from.unfinished.front().left == 0) {
    from.unfinished.pop_front();
    --unfinished_;
    if (closed_loop_)
      publish(mark.publisher, now_);
  }
}

// -- the loop -----------------------------------------------------------------

void load_crowd::turn() {
  if (!options_.spin) {
    auto until_due = std::chrono::floor<std::chrono::milliseconds>(next_due_ - clock::now());
    auto wait = on_schedule_ ? std::clamp(until_due, 0ms, wait_max) : wait_max;
    loop_.run_once(static_cast<int>(wait.count()));
    return;
  }
  auto begin = own_time();
  if (!loop_.run_once(0))
    tally_.idle += own_time() - begin;
}

bool load_crowd::run_until(clock::time_point end, const std::function<bool()>& done) {
  while (failure_.empty()) {
    if (done())
      return true;
    if (clock::now() >= end)
      return false;
    turn();
  }
  return false;
}

// -- the verdict --------------------------------------------------------------

bool load_crowd::has_missed(std::size_t index) const {
  for (std::size_t k = 0; k < options_.publishers; ++k) {
    auto next = publishers_[room_of(index) * options_.publishers + k].next;
    if (audit_.missing(index, k, next) > 0)
      return true;
  }
  return false;
}

std::uint64_t load_crowd::lost() const {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i]->connection.is_over())
      continue;
    for (std::size_t k = 0; k < options_.publishers; ++k)
      result += audit_.missing(i, k, publishers_[room_of(i) * options_.publishers + k].next);
  }
  return result;
}

std::uint64_t load_crowd::disagreeing() const {
  std::uint64_t result = 0;
  for (std::size_t room = 0; room < rooms_.size(); ++room)
    result += audit_.disagreeing(room * options_.members, options_.members);
  return result;
}

std::uint64_t load_crowd::slow_caught_up() const {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < members_.size(); ++i)
    result += is_slow(i) && members_[i]->has_joined && !has_missed(i)
                  && members_[i]->connection.is_open()
                ? 1
                : 0;
  return result;
}

} // namespace salon
