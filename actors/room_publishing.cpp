#include "actors/room.hpp"
#include "base/mutants.hpp"
#include "messages/broadcast_frames.hpp"

#include <algorithm>
#include <utility>

// How a room publishes: at once where it lives in memory; where it has a log, group by group, each
// delivered and acknowledged when it is stored.
namespace salon {

void room_state::on_publish(const publish& x) {
  if (log_ == log_state::none && pending_.empty() && may_publish()) {
    publish_now(x);
    return;
  }
  // The queue needs no bound of its own: each fanout has only so many publishes unanswered.
  if (!pending_.empty() || !may_publish()) {
    // What is kept nowhere need not wait for what is to be stored.
    auto passes = x.order->passing && all_receipted() && log_ >= log_state::appending;
    if (passes)
      pass_on(x);
    else if (astray_)
      answer(x, errc::internal);
    else
      pending_.emplace_back(x);
    if (log_ == log_state::closed)
      open_log();
    return;
  }
  pending_.emplace_back(x);
  publish_pending();
}

bool room_state::may_publish() const {
  return !is_given_ && all_receipted() && (log_ == log_state::none || log_ == log_state::open);
}

void room_state::publish_pending() {
  while (!pending_.empty() && may_publish()) {
    if (!std::holds_alternative<publish>(pending_.front())) {
      auto next = std::move(pending_.front());
      pending_.pop_front();
      answer_now(next);
    } else if (log_ == log_state::open) {
      append_pending();
    } else {
      auto next = std::move(std::get<publish>(pending_.front()));
      pending_.pop_front();
      publish_now(next);
    }
  }
}

// What waited for earlier publishes of its sender.
void room_state::answer_now(const pending& x) {
  if (const auto* reads = std::get_if<history_request>(&x))
    read_history_now(*reads);
  else
    resume_now(std::get<resume>(x));
}

void room_state::answer(const publish& x, std::variant<errc, stream_position> what) {
  answered told{id_, x.number, {}};
  if (const auto* why = std::get_if<errc>(&what))
    told.what = *why;
  else
    told.what = std::get<stream_position>(std::move(what));
  tell(self_, x.via, std::move(told));
}

// -- one by one, in memory ----------------------------------------------------

void room_state::publish_now(const publish& x) {
  const auto& order = *x.order;
  if (order.passing) {
    pass_on(x);
  } else if (auto known = known_already(order)) {
    answer(x, std::move(*known));
  } else {
    take_in(make_publication(order, top_ + 1), top_ + 1, &x);
  }
}

void room_state::pass_on(const publish& x) {
  send_out(make_publication(*x.order, 0), 0, nullptr);
  answer(x, top());
}

// What the key of a publish says about it, if anything.
std::optional<std::variant<errc, stream_position>>
room_state::known_already(const publish_order& order) {
  if (order.key.empty() || order.key_is_inner)
    return std::nullopt;
  const auto& user = order.from ? order.from->user : std::string{};
  if (!publish_keys::valid(user, order.key))
    return errc::bad_request;
  auto known
    = keys_.find(user, order.key, publish_keys::hash_of(order.data), around_.home.wheel().now());
  if (!known)
    return std::nullopt;
  if (!known->same_data)
    return errc::bad_request;
  return stream_position{epoch_, known->offset};
}

std::shared_ptr<publication> room_state::make_publication(const publish_order& order,
                                                          std::uint64_t offset) {
  auto pub = std::make_shared<publication>();
  // Where nothing is kept, an offset would promise a recovery that cannot be.
  pub->offset = options_.has_history() ? offset : 0;
  pub->time = around_.home.wheel().wall_ms();
  pub->type = order.type;
  pub->data = order.data;
  if (order.from)
    pub->info = *order.from;
  pub->tags = order.tags;
  pub->key = order.key;
  if (order.key_is_inner)
    pub->flags |= publication_flag::inner_key;
  else if (!order.key.empty())
    pub->tags.emplace_back("key", order.key);
  return pub;
}

// `asked` is answered, if it is known who asked.
void room_state::take_in(const publication_ptr& pub, std::uint64_t offset, const publish* asked) {
  auto& wheel = around_.home.wheel();
  top_ = offset;
  last_publish_ = wheel.now();
  if (pub->is_keyed())
    keys_.add(pub->info ? pub->info->user : std::string{}, pub->key,
              publish_keys::hash_of(pub->data), offset, wheel.now());
  window_.add(pub);
  if (top_ >= options_.history_size)
    first_ = std::max(first_, top_ - options_.history_size + 1);
  if (options_.has_history() && !ttl_timer_.armed())
    wheel.arm(ttl_timer_, options_.history_ttl);
  send_out(pub, offset, asked);
}

void room_state::send_out(const publication_ptr& pub, std::uint64_t offset, const publish* asked) {
  around_.counts.publications.inc();
  auto out = make_broadcast(id_, pub, offset, formats_.has(wire_format::json),
                            formats_.has(wire_format::text));
  for (auto& each : audiences_) {
    if (each.members == 0 || each.gone)
      continue;
    ++each.unreceipted;
    if (!asked || each.handle != asked->via) {
      tell(self_, each.handle, out);
      continue;
    }
    // One message for both.
    auto with_answer = out;
    with_answer.answers = std::exchange(asked, nullptr)->number;
    with_answer.epoch = epoch_;
    tell(self_, each.handle, std::move(with_answer));
  }
  if (asked)
    answer(*asked, stream_position{epoch_, offset});
}

// -- in groups, stored first --------------------------------------------------

void room_state::append_pending() {
  const auto& limits = around_.storage.options;
  append_order group{id_, epoch_, term_, options_.durability, {}};
  auto bytes = std::size_t{0};
  while (!pending_.empty() && staged_.size() < limits.group_publications_max
         && bytes < limits.group_bytes_max && std::holds_alternative<publish>(pending_.front())) {
    auto next = std::move(std::get<publish>(pending_.front()));
    pending_.pop_front();
    const auto& order = *next.order;
    if (order.passing) {
      pass_on(next);
      continue;
    }
    if (auto known = known_already(order)) {
      answer(next, std::move(*known));
      continue;
    }
    auto same = std::find_if(staged_.begin(), staged_.end(), [&](const staged& x) {
      return !order.key.empty() && x.pub && x.pub->key == order.key
             && (x.pub->info ? x.pub->info->user : "") == (order.from ? order.from->user : "");
    });
    if (same == staged_.end()) {
      auto pub = make_publication(order, top_ + group.entries.size() + 1);
      bytes += pub->data.size();
      group.entries.push_back({pub, order.key.empty() ? 0 : publish_keys::hash_of(order.data)});
      staged_.push_back({std::move(next), pub->offset, std::move(pub)});
    } else if (same->pub->data == order.data) {
      // The same again while it is on its way: it waits for that answer.
      staged_.push_back({std::move(next), same->offset, nullptr});
    } else {
      answer(next, errc::bad_request);
    }
  }
  if (group.entries.empty())
    return;
  auto& queued = around_.counts.log_queue_bytes;
  if (static_cast<std::size_t>(queued.value()) + bytes > limits.queue_bytes_max) {
    fail_staged(errc::too_many_requests);
    return;
  }
  for (const auto& each : staged_) {
    if (has_mutant("deliver before commit") && each.pub)
      send_out(each.pub, each.offset, nullptr);
    if (has_mutant("acknowledge before commit"))
      answer(each.what, stream_position{epoch_, each.offset});
  }
  staged_bytes_ = bytes;
  queued.inc(static_cast<std::int64_t>(bytes));
  log_ = log_state::appending;
  ask(
    self_, around_.storage.log, limits.answer_timeout, std::move(group),
    [this](const appended& x) { on_appended(x); },
    [this](const caf::error&) {
      on_appended({errc::internal, false});
    });
}

void room_state::on_appended(const appended& x) {
  if (!in_charge())
    return;
  if (x.error != errc::none && !x.is_certain) {
    // It may be in the log's queue still: its bytes count until that is known.
    find_out();
    return;
  }
  release_staged_bytes();
  log_ = log_state::open;
  if (x.error == errc::none)
    commit_staged();
  else
    fail_staged(x.error);
  give_when_still();
  publish_pending();
}

void room_state::commit_staged() {
  for (auto& each : std::exchange(staged_, {})) {
    if (each.pub)
      take_in(each.pub, each.offset, &each.what);
    else
      answer(each.what, stream_position{epoch_, each.offset});
  }
}

void room_state::release_staged_bytes() {
  around_.counts.log_queue_bytes.dec(
    static_cast<std::int64_t>(std::exchange(staged_bytes_, std::size_t{0})));
}

void room_state::fail_staged(errc why) {
  for (auto& each : std::exchange(staged_, {}))
    answer(each.what, why);
}

void room_state::fail_pending(errc why) {
  for (auto& each : std::exchange(pending_, {})) {
    if (const auto* asked = std::get_if<publish>(&each))
      answer(*asked, why);
    else if (const auto* comes = std::get_if<resume>(&each))
      take_seats(*comes, why, std::nullopt);
    else
      answer_now(each);
  }
}

} // namespace salon
