#include "actors/room.hpp"

#include "base/log.hpp"
#include "messages/json_codec.hpp"
#include "messages/text_codec.hpp"

#include <algorithm>

namespace salon {

namespace {

constexpr std::size_t epoch_letters = 8;

std::size_t index_of(wire_format format) {
  return static_cast<std::size_t>(format);
}

} // namespace

room_state::room_state(room_actor::pointer self, room_id id, room_options options,
                       room_surroundings around)
  : self_(self),
    id_(std::move(id)),
    options_(std::move(options)),
    around_(std::move(around)),
    epoch_(random_letters(epoch_letters)),
    window_(options_.has_history() ? options_.history_size : 0, options_.history_bytes_max),
    keys_(options_.keys_max, options_.key_window),
    ttl_timer_([this] { on_ttl_timer(); }),
    idle_timer_([this] { on_idle_timer(); }) {
  around_.counts.rooms.inc();
}

room_state::~room_state() {
  // Audiences outlive rooms by far.
  for (auto& each : audiences_)
    each.watch.end();
  around_.counts.rooms.dec();
  around_.counts.members.dec(static_cast<std::int64_t>(members_.size()));
}

room_actor::behavior_type room_state::make_behavior() {
  // The first thing that happens on the room's own shard: before, its clock is not ours to touch.
  last_publish_ = around_.home.wheel().now();
  watch_idleness();
  return {
    [this](const subscribe& x) { on_subscribe(x); },
    [this](const unsubscribe& x) { on_unsubscribe(x); },
    [this](const publish& x) { on_publish(x); },
    [this](const presence_request& x) { on_presence(x); },
    [this](const history_request& x) { on_history(x); },
    [this](const delivery_receipt& x) { on_receipt(x); },
    [this](describe_room) {
      return room_summary{id_, static_cast<std::uint32_t>(members_.size())};
    },
    [this](room_may_close) { on_may_close(); },
  };
}

// -- members ------------------------------------------------------------------

void room_state::on_subscribe(const subscribe& x) {
  const auto& order = x.order;
  auto answer = answer_to(order);
  if (answer.error != errc::none) {
    leave(order.who->client);
    tell(self_, x.via, std::move(answer));
    return;
  }
  auto is_new = enter(x);
  tell(self_, x.via, std::move(answer));
  // After the answer: whoever joins hears of itself, too, and of nothing before itself.
  if (is_new && options_.join_leave)
    tell_listeners<member_joined>(order.who, protocol::encode_join_push);
}

subscribed room_state::answer_to(const subscribe_order& order) const {
  subscribed answer{id_, order.number, errc::none, top(), false, {}};
  if (members_.size() >= options_.members_max && members_.count(order.who->client) == 0)
    answer.error = errc::limit_exceeded;
  if (!order.recover || answer.error != errc::none)
    return answer;
  if (order.since.epoch.empty() || order.since.epoch == epoch_) {
    auto missing
      = window_.missing(order.since.offset, top_, around_.limits.recovery_publications_max,
                        around_.limits.reply_bytes_max);
    answer.recovered = missing.has_value();
    if (missing)
      answer.publications = std::move(*missing);
  }
  if (!answer.recovered && order.recovered_or_not)
    answer.error = errc::unrecoverable_position;
  return answer;
}

// Whether the member was not here before.
bool room_state::enter(const subscribe& x) {
  const auto& order = x.order;
  auto [i, is_new] = members_.try_emplace(
    order.who->client, member{order.who, audience_of(x.via), order.format, order.join_leave});
  if (is_new) {
    count_member(i->second, 1);
    log::info("member joined", {{"room", id_}, {"client", to_string(order.who->client)}});
  }
  return is_new;
}

void room_state::on_unsubscribe(const unsubscribe& x) {
  leave(x.member);
}

// By value: the caller's may be a part of what goes away here.
void room_state::leave(client_id who) {
  auto i = members_.find(who);
  if (i == members_.end())
    return;
  auto gone = std::move(i->second);
  members_.erase(i);
  count_member(gone, -1);
  log::info("member left", {{"room", id_}, {"client", to_string(who)}});
  if (options_.join_leave)
    tell_listeners<member_left>(gone.who, protocol::encode_leave_push);
  watch_idleness();
}

void room_state::count_member(const member& who, int step) {
  auto change = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(step));
  auto& where = audiences_[who.audience];
  where.members += change;
  where.join_listeners += who.join_leave ? change : 0;
  formats_[index_of(who.format)] += change;
  around_.counts.members.inc(step);
  auto& of_user = users_[who.who->user];
  of_user += static_cast<std::uint32_t>(step);
  if (of_user == 0)
    users_.erase(who.who->user);
}

template <class Fact>
void room_state::tell_listeners(const client_info_ptr& who,
                                std::string (*encode)(std::string_view, const client_info&)) {
  frame json;
  for (auto& each : audiences_) {
    if (each.join_listeners == 0 || each.gone)
      continue;
    if (!json)
      json = frame::text(encode(id_, *who));
    tell(self_, each.handle, Fact{id_, who, json});
    ++each.unreceipted;
  }
}

// -- audiences ----------------------------------------------------------------

room_state::audience* room_state::find_audience(const audience_actor& via) {
  auto i = std::find_if(audiences_.begin(), audiences_.end(),
                        [&](const audience& x) { return x.handle == via; });
  return i == audiences_.end() ? nullptr : &*i;
}

std::size_t room_state::audience_of(const audience_actor& via) {
  if (auto* known = find_audience(via))
    return static_cast<std::size_t>(known - audiences_.data());
  auto place = audiences_.size();
  auto& made = audiences_.emplace_back();
  made.handle = via;
  made.watch = watch(self_, via, [this, place](const caf::error&) { on_audience_down(place); });
  return place;
}

void room_state::on_audience_down(std::size_t place) {
  // Its place stays, so that the places of the others do not move.
  std::vector<client_id> lost;
  for (const auto& [id, who] : members_)
    if (who.audience == place)
      lost.push_back(id);
  // Nobody waits for what it will never deliver.
  audiences_[place].gone = true;
  audiences_[place].unreceipted = 0;
  for (const auto& id : lost)
    leave(id);
  sequence_pending();
}

void room_state::on_receipt(const delivery_receipt& x) {
  if (auto* whose = find_audience(x.via))
    whose->unreceipted -= std::min(whose->unreceipted, x.order.count);
  sequence_pending();
}

void room_state::sequence_pending() {
  while (!pending_.empty() && all_receipted()) {
    auto next = std::move(pending_.front());
    pending_.pop_front();
    sequence(next);
  }
}

bool room_state::all_receipted() const {
  return std::all_of(audiences_.begin(), audiences_.end(),
                     [this](const audience& x) { return x.unreceipted < around_.unreceipted_max; });
}

// -- publications -------------------------------------------------------------

void room_state::on_publish(const publish& x) {
  // The queue needs no bound of its own: each fanout has only so many publishes unanswered.
  if (!pending_.empty() || !all_receipted())
    pending_.push_back(x);
  else
    sequence(x);
}

void room_state::sequence(const publish& x) {
  auto result = accept(*x.order);
  answered answer{id_, x.number, {}};
  if (const auto* why = std::get_if<errc>(&result))
    answer.what = *why;
  else
    answer.what = std::get<stream_position>(std::move(result));
  tell(self_, x.via, std::move(answer));
}

std::variant<errc, stream_position> room_state::accept(const publish_order& order) {
  if (order.passing) {
    send_out(order, 0);
    return top();
  }
  auto now = around_.home.wheel().now();
  const auto& user = order.from ? order.from->user : std::string{};
  if (!order.key.empty()) {
    if (!publish_keys::valid(user, order.key))
      return errc::bad_request;
    if (auto known = keys_.find(user, order.key, order.data, now)) {
      if (!known->same_data)
        return errc::bad_request;
      return stream_position{epoch_, known->offset};
    }
    keys_.add(user, order.key, order.data, top_ + 1, now);
  }
  send_out(order, ++top_);
  last_publish_ = now;
  if (options_.has_history() && !ttl_timer_.armed())
    around_.home.wheel().arm(ttl_timer_, options_.history_ttl);
  return top();
}

void room_state::send_out(const publish_order& order, std::uint64_t offset) {
  auto pub = std::make_shared<publication>();
  // Where nothing is kept, an offset would promise a recovery that cannot be.
  pub->offset = options_.has_history() ? offset : 0;
  pub->time = around_.home.wheel().wall_ms();
  pub->type = order.type;
  pub->data = order.data;
  if (order.from)
    pub->info = *order.from;
  pub->tags = order.tags;
  if (!order.key.empty())
    pub->tags.emplace_back("key", pub->key = order.key);
  around_.counts.publications.inc();
  if (offset != 0)
    window_.add(pub);
  broadcast out{id_, offset, pub, {}, {}};
  if (formats_[index_of(wire_format::json)] > 0)
    out.json = frame::text(protocol::encode_publication_push(id_, *pub));
  if (formats_[index_of(wire_format::text)] > 0 && offset != 0)
    out.text = frame::text(text::line_of(*pub));
  for (auto& each : audiences_) {
    if (each.members > 0 && !each.gone) {
      tell(self_, each.handle, out);
      ++each.unreceipted;
    }
  }
}

stream_position room_state::top() const {
  return {epoch_, top_};
}

// -- questions ----------------------------------------------------------------

void room_state::on_presence(const presence_request& x) {
  answered answer{id_, x.order.number, {}};
  if (!x.order.counts_only && members_.size() > options_.presence_members_max) {
    answer.what = errc::limit_exceeded;
  } else {
    presence_page page{
      {}, static_cast<std::uint32_t>(members_.size()), static_cast<std::uint32_t>(users_.size())};
    if (!x.order.counts_only)
      for (const auto& [id, who] : members_)
        page.members.push_back(who.who);
    answer.what = std::move(page);
  }
  tell(self_, x.via, std::move(answer));
}

void room_state::on_history(const history_request& x) {
  const auto& order = x.order;
  answered answer{id_, order.number, {}};
  if (order.since && !order.since->epoch.empty() && order.since->epoch != epoch_) {
    answer.what = errc::unrecoverable_position;
  } else if (order.reverse && order.since && order.since->offset == 0) {
    answer.what = errc::bad_request;
  } else {
    room_window::page_request wanted;
    auto most = around_.limits.history_publications_max;
    wanted.publications_max
      = order.limit < 0 ? most : std::min(most, static_cast<std::size_t>(order.limit));
    wanted.bytes_max = around_.limits.reply_bytes_max;
    wanted.reverse = order.reverse;
    if (order.since)
      wanted.beyond = order.since->offset;
    answer.what = history_page{window_.page(wanted), top()};
  }
  tell(self_, x.via, std::move(answer));
}

// -- ending -------------------------------------------------------------------

void room_state::on_ttl_timer() {
  auto& wheel = around_.home.wheel();
  auto end = last_publish_ + options_.history_ttl;
  if (end > wheel.now()) {
    wheel.arm(ttl_timer_, end - wheel.now());
    return;
  }
  window_.clear();
  watch_idleness();
}

bool room_state::may_end() const {
  auto keys = keys_.last_expiry();
  return members_.empty() && pending_.empty() && window_.empty()
         && (!keys || *keys <= around_.home.wheel().now());
}

void room_state::watch_idleness() {
  if (members_.empty())
    around_.home.wheel().arm(idle_timer_, options_.idle_close);
}

void room_state::on_idle_timer() {
  if (may_end())
    tell(self_, around_.directory, room_idle{id_});
  else
    watch_idleness();
}

void room_state::on_may_close() {
  if (may_end()) {
    self_->quit();
  } else {
    tell(self_, around_.directory, room_stays{id_});
    watch_idleness();
  }
}

room_actor spawn_room(room_id id, room_options options, room_surroundings around) {
  auto& home = around.home;
  return spawn_on<room_state, room_actor>(home, std::move(id), std::move(options),
                                          std::move(around))
    .handle;
}

} // namespace salon
