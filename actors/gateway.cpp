#include "actors/gateway.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

// The gateway as a whole, and its ways: what comes in, what goes out, what each tick does.
namespace salon {

namespace {

constexpr auto tick = std::chrono::milliseconds{100};

} // namespace

gateway_state::gateway_state(gateway_actor::pointer self, gateway_surroundings around)
  : self_(self),
    around_(std::move(around)),
    tick_timer_([this] { on_tick(); }),
    services_(self, *this, around_.counts, around_.options) {
  look_at_view();
}

gateway_state::~gateway_state() {
  stop();
}

gateway_actor::behavior_type gateway_state::make_behavior() {
  return {
    [this](const find_home& x) { return on_find(x); },
    [this](work_on) {
      reminded_ = false;
      has_run_ = true;
      for (auto way : std::exchange(dirty_, {}))
        pump(way);
    },
    [](const errand& x) { x.what(); },
    [this](const list_cluster_rooms& x) { return on_list(x); },
    [this](const rpc_call& x) { return services_.on_call(x, now()); },
  };
}

void gateway_state::start(homes_actor directory) {
  directory_ = std::move(directory);
  if (around_.on_view)
    around_.on_view(view_);
  around_.carrier.serve(this);
  around_.home.wheel().arm(tick_timer_, tick);
}

void gateway_state::offer(const std::string& prefix, const service_actor& service) {
  services_.offer(prefix, service);
}

void gateway_state::stop() {
  if (std::exchange(stopped_, true))
    return;
  tick_timer_.disarm();
  around_.carrier.serve(nullptr);
  for (auto& [number, each] : std::exchange(outgoing_, {})) {
    each.relay_watch.end();
    if (each.stand_in)
      dismiss(each.stand_in);
  }
  for (auto& [where, each] : std::exchange(incoming_, {})) {
    each.home_watch.end();
    dismiss(each.stand_in);
  }
  for (auto& [room, each] : std::exchange(residents_, {}))
    each.watch.end();
  for (auto& [way, each] : std::exchange(peers_, {}))
    around_.carrier.close(way);
  directory_ = nullptr;
}

link::time_point gateway_state::now() const {
  return around_.home.wheel().now();
}

// -- ways ---------------------------------------------------------------------

void gateway_state::on_way(way_id way, const std::string& address) {
  attempts_.erase(address);
  link_hello mine;
  mine.self = around_.self;
  // Later than that of any link before, also of an earlier life.
  mine.epoch = last_epoch_
    = std::max(last_epoch_ + 1, static_cast<std::uint64_t>(around_.home.wheel().wall_ms()) * 1000);
  auto& made = peers_[way];
  made.line = std::make_unique<link>(around_.options.links, mine, now());
  made.dialled = address;
  pump(way);
}

void gateway_state::on_frame(way_id way, std::string frame) {
  auto i = peers_.find(way);
  if (i == peers_.end())
    return;
  std::vector<link_event> events;
  auto& line = *i->second.line;
  line.take(frame, now(), events);
  if (!i->second.is_open && line.peer().epoch != 0)
    if (auto why = objection_to(line.peer().self))
      line.refuse(*why);
  if (!i->second.is_open && line.standing() == link::state::open)
    on_open(way);
  for (auto& each : events) {
    // Any of them may cost the peer its way.
    if (peers_.count(way) == 0)
      return;
    on_event(way, each);
  }
  pump(way);
}

void gateway_state::on_closed(way_id way, const std::string& why) {
  lose(way, why);
}

void gateway_state::post(way_id way, link_event what) {
  auto i = peers_.find(way);
  if (i == peers_.end() || i->second.line->standing() == link::state::broken)
    return;
  auto& whom = i->second;
  note_answered(whom, what);
  if (has_to_wait(whom, what)) {
    ++whom.listed[lane_of(what)];
    whom.lists.push_back(std::move(what));
  } else {
    whom.line->post(what);
  }
  dirty_.insert(way);
  if (!std::exchange(reminded_, true))
    tell(self_, gateway_actor{self_}, work_on{});
}

std::size_t gateway_state::queued_bytes(way_id way) const {
  auto i = peers_.find(way);
  return i == peers_.end() ? 0 : i->second.line->queued_bytes();
}

void gateway_state::pump(way_id way) {
  auto i = peers_.find(way);
  if (i == peers_.end())
    return;
  auto& line = *i->second.line;
  hand_resumes(way);
  hand_reads(way);
  for (;;) {
    post_lists(i->second);
    auto frame = line.next(now());
    if (!frame)
      break;
    around_.counts.link_frames.inc();
    around_.carrier.send(way, std::move(*frame));
  }
  if (line.standing() == link::state::broken && i->second.is_open)
    lose(way, line.why());
  else if (line.standing() == link::state::broken)
    turn_away(way);
}

// The way is given up; whoever is behind it is looked for anew. The reason by value: it may be
// the link's, which goes away here.
void gateway_state::lose(way_id way,
                         std::string why) { // NOLINT(performance-unnecessary-value-param)
  auto i = peers_.find(way);
  if (i == peers_.end())
    return;
  // Not at once again: whoever it is has just hung up.
  if (!i->second.is_open && !i->second.dialled.empty())
    attempts_[i->second.dialled] = {now(), false};
  peers_.erase(i);
  around_.carrier.close(way);
  forget_attachments(way);
  services_.on_closed(way);
  forget_questions(way);
  for (auto& [number, each] : censuses_)
    if (auto* who = by_way(way); who && each.missing.erase(who->info.life) > 0)
      each.is_settled = false;
  if (auto* who = by_way(way)) {
    who->is = standing::suspect;
    who->way = 0;
    if (who->report.leaving)
      log::info("link lost", {{"node", who->info.name}, {"reason", why}});
    else
      log::warn("link lost", {{"node", who->info.name}, {"reason", why}});
    around_.counts.links_lost.inc();
    if (!who->info.address.empty() && is_first_to_dial(who->info.address))
      dial(who->info.address);
    // Nobody could look for it, and it has said that it would go.
    if (who->info.address.empty() && who->report.leaving)
      on_down(*who, "it has left");
    look_at_view();
    report_to_all();
  }
  settle_censuses();
}

void gateway_state::on_open(way_id way) {
  auto& whom = peers_[way];
  const auto hello = whom.line->peer();
  whom.is_open = true;
  if (hello.self.life == around_.self.life) {
    // Ourselves, by an address of ours.
    if (!whom.dialled.empty())
      own_addresses_[whom.dialled] = now();
    peers_.erase(way);
    around_.carrier.close(way);
    return;
  }
  auto* known = by_life(hello.self.life);
  if (known && known->is == standing::up) {
    // Both have dialled. The way of the one with the smaller name stays, which both can tell.
    auto ours = !whom.dialled.empty();
    auto stays = ours == (around_.self.name < hello.self.name);
    auto other = known->way;
    if (!stays) {
      peers_.erase(way);
      around_.carrier.close(way);
      return;
    }
    known->way = way;
    drop_way(other);
  }
  // Of two lives with one name the newer one is the node.
  if (auto* before = by_name(hello.self.name); before && before->info.life != hello.self.life)
    on_down(*before, "it has started anew");
  around_.carrier.admit(way);
  auto is_new = !known;
  auto& node = nodes_[hello.self.life];
  node.info = hello.self;
  node.is = standing::up;
  node.way = way;
  node.heard = now();
  unreached_.erase(node.info.address);
  unreached_.erase(whom.dialled);
  lost_.erase(node.info.name);
  around_.counts.nodes_lost.value(static_cast<std::int64_t>(lost_.size()));
  // It may have been alone for a while, or we: each may have made itself the home of a room.
  for (auto& [room, each] : residents_)
    each.checked = 0;
  for (auto& [where, each] : incoming_)
    if (each.life == node.info.life && where.first != way && !each.over_at)
      each.over_at = now() + around_.options.links.failure_timeout;
  log::info(
    "node up",
    {{"node", node.info.name}, {"address", node.info.address}, {"again", is_new ? "no" : "yes"}});
  look_at_view();
  report_to_all();
  services_.on_open(way, node.info.name);
}

// A second way to a node that has another one now. What was on it is asked for again.
void gateway_state::drop_way(way_id way) {
  forget_attachments(way);
  services_.on_closed(way);
  forget_questions(way);
  if (peers_.erase(way) > 0)
    around_.carrier.close(way);
}

struct gateway_state::hearing {
  gateway_state& gateway;
  way_id way;
  bool is_last;

  void operator()(node_report& x) const {
    if (auto* who = gateway.by_way(way))
      gateway.on_report(*who, std::move(x));
  }
  void operator()(census_ask& x) const {
    gateway.on_census_ask(way, x);
  }
  void operator()(census_answer& x) const {
    gateway.on_census_answer(way, x);
  }
  void operator()(rooms_ask& x) const {
    gateway.on_rooms_ask(way, x);
  }
  void operator()(rooms_answer& x) const {
    gateway.on_rooms_answer(way, x);
  }
  void operator()(rpc_ask& x) const {
    gateway.services_.on_ask(way, x);
  }
  void operator()(rpc_reply& x) const {
    gateway.services_.on_reply(way, x);
  }
  void operator()(services_offered& x) const {
    gateway.services_.on_offered(way, x);
  }
  void operator()(room_state_moved& x) const {
    gateway.on_state_moved(way, x, is_last);
  }
  void operator()(room_state_taken& x) const {
    gateway.on_state_taken(way, x);
  }
  void operator()(control_ask& x) const {
    gateway.on_control_ask(way, x);
  }
  void operator()(control_tell& x) const {
    gateway.on_control_tell(way, x);
  }
  // Of a later version, or not asked for.
  template <class Other>
  void operator()(Other&) const {
  }
};

void gateway_state::on_event(way_id way, link_event& what) {
  if (auto* nodes = std::get_if<link_event::between_nodes>(&what.what))
    std::visit(hearing{*this, way, what.is_last}, *nodes);
  else if (std::holds_alternative<link_event::to_home>(what.what))
    to_home(way, what);
  else
    to_relay(way, what);
}

void gateway_state::on_tick() {
  if (stopped_)
    return;
  around_.home.wheel().arm(tick_timer_, tick);
  // A process that was stopped finds all the time over at once, and in its mail what came
  // meanwhile. Nobody was silent just because nobody was listened to.
  if (!std::exchange(has_run_, false)) {
    for (auto& [way, each] : peers_)
      each.line->excuse(tick);
    for (auto& [life, each] : nodes_)
      each.heard += tick;
  }
  if (!std::exchange(reminded_, true))
    tell(self_, gateway_actor{self_}, work_on{});
  std::vector<way_id> ways;
  for (auto& [way, each] : peers_)
    ways.push_back(way);
  std::size_t queued = 0;
  for (auto way : ways) {
    auto i = peers_.find(way);
    if (i == peers_.end())
      continue;
    i->second.line->check(now());
    queued += i->second.line->queued_bytes();
    pump(way);
  }
  around_.counts.link_queue_bytes.value(static_cast<std::int64_t>(queued));
  for (auto& [life, each] : nodes_)
    if (each.is == standing::suspect && now() - each.heard >= around_.options.links.failure_timeout)
      on_down(each, "nothing was heard of it");
  std::erase_if(nodes_, [](const auto& x) { return x.second.is == standing::down; });
  see_off();
  dial_missing();
  sweep();
  services_.check(now());
  tend_moves();
  check_residents();
  if (now() >= next_report_)
    report_to_all();
}

spawned<gateway_state, gateway_actor> spawn_gateway(gateway_surroundings around) {
  auto& home = around.home;
  return spawn_on<gateway_state, gateway_actor>(home, std::move(around));
}

} // namespace salon
