#include "actors/room.hpp"
#include "base/mutants.hpp"
#include "messages/broadcast_frames.hpp"

#include <algorithm>
#include <limits>
#include <utility>

// What a room answers from what it keeps: the newest from its window, the rest from its log.
namespace salon {

bool room_state::window_reaches(std::uint64_t offset) const {
  return !window_.empty() && window_.first() <= offset;
}

bool room_state::is_aged(const publication& pub) const {
  return options_.history_age.count() > 0
         && pub.time < around_.home.wheel().wall_ms() - options_.history_age.count();
}

void room_state::forget_aged() {
  while (!window_.empty() && is_aged(window_.oldest())) {
    first_ = std::max(first_, window_.first() + 1);
    window_.drop_oldest();
  }
}

void room_state::read_log(read_order what, std::function<void(const log_part*)> then) {
  ++reads_;
  auto done = std::make_shared<std::function<void(const log_part*)>>(std::move(then));
  ask(
    self_, around_.storage.reader, around_.storage.options.answer_timeout, std::move(what),
    [this, done](const log_part& part) {
      --reads_;
      if (in_charge())
        (*done)(&part);
    },
    [this, done](const caf::error&) {
      --reads_;
      if (in_charge())
        (*done)(nullptr);
    });
}

// -- recovery -----------------------------------------------------------------

bool room_state::can_recover(const stream_position& since, std::size_t publications_max) const {
  if (!since.epoch.empty() && since.epoch != epoch_)
    return false;
  return since.offset <= top_ && top_ - since.offset <= publications_max
         && (since.offset == top_ || since.offset + 1 >= first_);
}

void room_state::recover(client_id who, recovery what) {
  recovering_.insert_or_assign(who, std::move(what));
  recover_further(who);
}

// The window has the rest, or the log has some of it: more may be published while it is read.
void room_state::recover_further(client_id who) {
  auto& entering = recovering_.find(who)->second;
  auto at = entering.since + entering.found.size();
  if (has_mutant("forget the rest") && !entering.found.empty()) {
    finish_recovery(who, errc::none, std::move(entering.found));
    return;
  }
  auto left = entering.most.publications_max - entering.found.size();
  auto bytes_left = entering.most.bytes_max - std::min(entering.most.bytes_max, entering.bytes);
  if (at < top_ && log_ != log_state::none && !window_reaches(at + 1)) {
    if (left == 0 || bytes_left == 0) {
      finish_recovery(who, errc::none, std::nullopt);
      return;
    }
    // One byte more than fits shows that it does not fit.
    read_log({id_, false, at, top_, {left, bytes_left + 1}},
             [this, who, number = entering.number](const log_part* part) {
               auto i = recovering_.find(who);
               if (i == recovering_.end() || i->second.number != number)
                 return;
               if (part)
                 recovered_part(who, *part);
               else
                 finish_recovery(who, errc::internal, std::nullopt);
             });
    return;
  }
  auto rest = window_.missing(at, top_, left, bytes_left);
  if (rest) {
    rest->insert(rest->begin(), entering.found.begin(), entering.found.end());
    finish_recovery(who, errc::none, std::move(rest));
  } else {
    finish_recovery(who, errc::none, std::nullopt);
  }
}

void room_state::recovered_part(client_id who, const log_part& part) {
  auto& entering = recovering_.find(who)->second;
  auto next = entering.since + entering.found.size() + 1;
  auto whole = !part.publications.empty();
  for (const auto& each : part.publications) {
    whole = whole && each->offset == next++ && !is_aged(*each);
    entering.bytes += each->data.size();
    entering.found.push_back(each);
  }
  if (whole && entering.bytes <= entering.most.bytes_max)
    recover_further(who);
  else
    finish_recovery(who, errc::none, std::nullopt);
}

void room_state::finish_recovery(client_id who, errc error, missed what) {
  auto whom = std::move(recovering_.extract(who).mapped());
  whom.enter(error, std::move(what));
}

// -- history ------------------------------------------------------------------

void room_state::on_history(const history_request& x) {
  if (waits_for_log(x))
    return;
  // Whoever publishes and then reads finds what it published.
  if (!pending_.empty() || !staged_.empty())
    pending_.emplace_back(x);
  else
    read_history_now(x);
}

void room_state::read_history_now(const history_request& x) {
  const auto& order = x.order;
  if (order.since && !order.since->epoch.empty() && order.since->epoch != epoch_) {
    tell(self_, x.via, answered{id_, order.number, errc::unrecoverable_position});
    return;
  }
  if (order.reverse && order.since && order.since->offset == 0) {
    tell(self_, x.via, answered{id_, order.number, errc::bad_request});
    return;
  }
  forget_aged();
  auto most = around_.limits.history_publications_max;
  page_limits limits{order.limit < 0 ? most : std::min(most, static_cast<std::size_t>(order.limit)),
                     around_.limits.reply_bytes_max};
  // The first and the last offset that could be in the answer.
  auto first = order.reverse || !order.since
                 ? first_
                 : std::max(first_, std::min(order.since->offset, top_) + 1);
  auto last = order.reverse && order.since ? std::min(top_, order.since->offset - 1) : top_;
  if (limits.publications_max == 0 || first > last) {
    answer_history(x, {});
    return;
  }
  auto lowest
    = order.reverse
        ? std::max(first, last + 1 - std::min<std::uint64_t>(last, limits.publications_max))
        : first;
  if (log_ == log_state::none || window_reaches(lowest)) {
    room_window::page_request wanted;
    wanted.publications_max = limits.publications_max;
    wanted.bytes_max = limits.bytes_max;
    wanted.reverse = order.reverse;
    wanted.beyond = order.reverse ? last + 1 : first - 1;
    answer_history(x, window_.page(wanted));
    return;
  }
  read_order wanted{id_, order.reverse, order.reverse ? last + 1 : first - 1,
                    order.reverse ? first : last, limits};
  read_log(wanted, [this, x](const log_part* part) {
    if (part && !part->damaged)
      answer_history(x, part->publications);
    else
      tell(self_, x.via, answered{id_, x.order.number, errc::internal});
  });
}

void room_state::answer_history(const history_request& x, std::vector<publication_ptr> found) {
  std::erase_if(found, [this](const publication_ptr& pub) { return is_aged(*pub); });
  tell(self_, x.via, answered{id_, x.order.number, history_page{std::move(found), top()}});
}

// -- those who lag behind -----------------------------------------------------

void room_state::on_stretch(const stretch_request& x) {
  if (waits_for_log(x))
    return;
  forget_aged();
  auto from = x.order.from;
  page_limits limits{around_.storage.options.stretch_publications_max,
                     around_.storage.options.stretch_bytes_max};
  if (from > top_) {
    answer_stretch(x, {});
  } else if (window_reaches(from)) {
    room_window::page_request wanted;
    wanted.publications_max = limits.publications_max;
    wanted.bytes_max = limits.bytes_max;
    wanted.beyond = from - 1;
    answer_stretch(x, window_.page(wanted));
  } else if (log_ == log_state::none || from < first_) {
    tell(self_, x.via, stretch{id_, x.order.number, true, false, {}});
  } else {
    read_log({id_, false, from - 1, top_, limits}, [this, x](const log_part* part) {
      if (!part)
        tell(self_, x.via, stretch{id_, x.order.number, false, true, {}});
      else if (part->publications.empty() || part->publications.front()->offset != x.order.from)
        tell(self_, x.via, stretch{id_, x.order.number, true, false, {}});
      else
        answer_stretch(x, part->publications);
    });
  }
}

void room_state::answer_stretch(const stretch_request& x,
                                const std::vector<publication_ptr>& found) {
  stretch told{id_, x.order.number, false, false, {}};
  for (const auto& each : found)
    told.publications.push_back(
      make_broadcast(id_, each, each->offset, x.order.json, x.order.text));
  tell(self_, x.via, std::move(told));
}

} // namespace salon
