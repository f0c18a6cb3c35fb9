#include "actors/failure.hpp"
#include "actors/gateway.hpp"

#include <algorithm>
#include <utility>

// What concerns all nodes: lists of rooms, and what an operator asks.
namespace salon {

// -- rooms of all nodes -------------------------------------------------------

/// A page that is being put together.
struct gateway_state::listing {
  std::size_t limit = 0;
  std::size_t missing = 0;
  bool partial = false;
  bool more = false;
  link::time_point since;
  std::map<room_id, std::uint32_t> rooms;
  caf::typed_response_promise<rooms_listed> caller;

  void add(const rooms_answer& x) {
    for (const auto& each : x.rooms)
      rooms[each.room] = std::max(rooms[each.room], each.members);
    more = more || x.more;
    --missing;
  }

  void finish() {
    rooms_listed page;
    page.partial = partial || missing > 0;
    for (const auto& [room, members] : rooms) {
      if (page.rooms.size() == limit) {
        more = true;
        break;
      }
      page.rooms.push_back({room, members});
    }
    if (more && !page.rooms.empty())
      page.next = page.rooms.back().room;
    caller.deliver(std::move(page));
  }
};

caf::result<rooms_listed> gateway_state::on_list(const list_cluster_rooms& x) {
  auto number = ++numbers_;
  auto all = std::make_shared<listing>();
  all->limit = x.limit;
  all->since = now();
  all->caller = self_->make_response_promise<rooms_listed>();
  listings_[number] = all;
  all->missing = 1;
  for (const auto& [life, each] : nodes_) {
    if (each.is == standing::suspect)
      all->partial = true;
    if (each.is != standing::up)
      continue;
    ++all->missing;
    post(each.way, {0, 0, true,
                    link_event::between_nodes{
                      rooms_ask{number, x.after, static_cast<std::uint32_t>(x.limit)}}});
  }
  list_here(x.after, x.limit, [this, number](const rooms_answer& here) {
    auto own = here;
    own.number = number;
    on_rooms_answer(0, own);
  });
  return all->caller;
}

void gateway_state::list_here(const std::string& after, std::size_t limit,
                              std::function<void(rooms_answer)> then) {
  auto found = std::make_shared<rooms_answer>();
  auto told = std::make_shared<std::function<void(rooms_answer)>>(std::move(then));
  ask(
    self_, directory_, around_.options.answer_timeout, list_rooms{after, limit},
    [this, found, told](const room_page& page) {
      found->more = !page.next.empty();
      auto missing = std::make_shared<std::size_t>(page.rooms.size());
      if (page.rooms.empty())
        (*told)(*found);
      auto one = [found, told, missing] {
        if (--*missing == 0)
          (*told)(*found);
      };
      for (const auto& each : page.rooms)
        ask(
          self_, each, around_.options.answer_timeout / 2, describe_room{},
          [found, one](const room_summary& x) {
            found->rooms.push_back(x);
            one();
          },
          [one](const caf::error&) { one(); });
    },
    [found, told](const caf::error&) { (*told)(*found); });
}

void gateway_state::on_rooms_ask(way_id way, const rooms_ask& x) {
  list_here(x.after, x.limit, [this, way, number = x.number](rooms_answer here) {
    here.number = number;
    post(way, {0, 0, true, link_event::between_nodes{std::move(here)}});
  });
}

void gateway_state::on_rooms_answer(way_id, rooms_answer& x) {
  auto i = listings_.find(x.number);
  if (i == listings_.end())
    return;
  i->second->add(x);
  if (i->second->missing == 0)
    listings_.extract(i).mapped()->finish();
}

// -- the operator -------------------------------------------------------------

/// A request that others are asked to carry out.
struct gateway_state::asking {
  std::set<way_id> missing;
  control_answer worst = control_failure{"no node has the room"};
  std::function<void(control_answer)> reply;
};

void gateway_state::answer(const control_request& what, std::function<void(control_answer)> reply) {
  if (what.what == control_request::action::status) {
    reply(status());
    return;
  }
  auto is_self = what.node == around_.self.name;
  auto* node = by_name(what.node);
  if (!is_self && (!node || node->is != standing::up)) {
    reply(control_failure{"there is no node " + what.node
                          + " that is up: `salon cluster status` lists them"});
    return;
  }
  if (what.what == control_request::action::drain && !is_self) {
    ask_others(what, std::move(reply));
    return;
  }
  if (what.what == control_request::action::drain) {
    do_here(what, std::move(reply));
    return;
  }
  // The room is at home here or elsewhere.
  ask(
    self_, directory_, around_.options.answer_timeout, look_for_room{what.room},
    [this, what, is_self, reply](const room_presence& found) {
      if (found.is_home && is_self)
        reply(control_done{0});
      else if (found.is_home)
        queue_move(what.room, what.node, reply);
      else
        ask_others(what, reply);
    },
    [reply](const caf::error&) { reply(control_failure{"the directory does not answer"}); });
}

// What only this node can do, for an operator here or elsewhere.
void gateway_state::do_here(const control_request& what,
                            std::function<void(control_answer)> reply) {
  if (what.what == control_request::action::drain) {
    if (leaving_)
      reply(control_failure{"node " + what.node + " is leaving already"});
    else if (around_.drain)
      around_.drain(std::move(reply));
    else
      reply(control_failure{"node " + what.node + " cannot be drained"});
    return;
  }
  ask(
    self_, directory_, around_.options.answer_timeout, look_for_room{what.room},
    [this, what, reply](const room_presence& found) {
      if (!found.is_home)
        reply(control_failure{});
      else if (what.node == around_.self.name)
        reply(control_done{0});
      else
        queue_move(what.room, what.node, reply);
    },
    [reply](const caf::error&) { reply(control_failure{}); });
}

void gateway_state::ask_others(const control_request& what,
                               std::function<void(control_answer)> reply) {
  auto number = ++numbers_;
  auto asked = std::make_shared<asking>();
  asked->reply = std::move(reply);
  if (what.what == control_request::action::move)
    asked->worst = control_failure{"there is no room " + what.room + " that is active"};
  askings_[number] = asked;
  for (const auto& [life, each] : nodes_) {
    auto is_meant = what.what == control_request::action::move || each.info.name == what.node;
    if (each.is != standing::up || !is_meant)
      continue;
    asked->missing.insert(each.way);
    post(each.way, {0, 0, true, link_event::between_nodes{control_ask{number, to_json(what)}}});
  }
  if (asked->missing.empty())
    askings_.extract(number).mapped()->reply(asked->worst);
}

void gateway_state::on_control_ask(way_id way, const control_ask& x) {
  auto asked = read_control_request(x.line);
  auto reply = [this, way, number = x.number](const control_answer& answer) {
    post(way, {0, 0, true, link_event::between_nodes{control_tell{number, to_json(answer)}}});
  };
  if (const auto* what = std::get_if<control_request>(&asked))
    do_here(*what, reply);
  else
    reply(std::get<control_failure>(asked));
}

void gateway_state::on_control_tell(way_id way, const control_tell& x) {
  auto i = askings_.find(x.number);
  if (i == askings_.end() || i->second->missing.erase(way) == 0)
    return;
  auto answer = read_control_answer(x.line);
  auto& asked = *i->second;
  if (answer && std::holds_alternative<control_done>(*answer)) {
    auto over = askings_.extract(i).mapped();
    over->reply(*answer);
    return;
  }
  if (answer && !std::get<control_failure>(*answer).sentence.empty())
    asked.worst = *answer;
  if (asked.missing.empty()) {
    auto over = askings_.extract(i).mapped();
    over->reply(over->worst);
  }
}

// Whoever was asked by that way does not answer any more, and what came by it in parts stays
// without its end.
void gateway_state::forget_questions(way_id way) {
  std::vector<std::shared_ptr<asking>> over;
  for (auto i = askings_.begin(); i != askings_.end();) {
    auto at = i++;
    auto& asked = *at->second;
    if (asked.missing.erase(way) == 0)
      continue;
    asked.worst
      = control_failure{"the link to a node that was asked broke: whether it has done it, "
                        "`salon cluster status` may tell"};
    if (asked.missing.empty())
      over.push_back(askings_.extract(at).mapped());
  }
  for (const auto& each : over)
    each->reply(each->worst);
  std::erase_if(arriving_, [way](const auto& x) { return x.first.first == way; });
}

cluster_status gateway_state::status() const {
  cluster_status result;
  node_status self;
  self.name = around_.self.name;
  self.address = around_.self.address;
  self.state = leaving_ ? node_status::standing::leaving : node_status::standing::up;
  self.is_self = true;
  self.rooms = static_cast<std::uint64_t>(around_.counts.rooms.value());
  self.connections = static_cast<std::uint64_t>(own_connections());
  result.nodes.push_back(std::move(self));
  for (const auto& [life, each] : nodes_) {
    if (each.is == standing::down)
      continue;
    node_status other;
    other.name = each.info.name;
    other.address = each.info.address;
    other.rooms = each.report.rooms;
    other.connections = each.report.connections;
    other.heartbeat_age = std::chrono::duration_cast<std::chrono::milliseconds>(now() - each.heard);
    if (each.is == standing::suspect)
      other.state = node_status::standing::suspect;
    else if (each.report.leaving)
      other.state = node_status::standing::leaving;
    if (auto i = peers_.find(each.way); i != peers_.end())
      other.queue_bytes = i->second.line->queued_bytes();
    result.nodes.push_back(std::move(other));
  }
  for (const auto& [who, each] : lost_) {
    node_status other;
    other.name = who;
    other.address = each.address;
    other.state = node_status::standing::down;
    other.heartbeat_age = std::chrono::duration_cast<std::chrono::milliseconds>(now() - each.heard);
    result.nodes.push_back(std::move(other));
  }
  std::sort(result.nodes.begin(), result.nodes.end(),
            [](const node_status& x, const node_status& y) { return x.name < y.name; });
  return result;
}

// Nobody waits for those who do not answer.
void gateway_state::finish_late_questions() {
  std::vector<std::shared_ptr<listing>> late;
  for (auto i = listings_.begin(); i != listings_.end();) {
    auto at = i++;
    if (now() - at->second->since >= around_.options.list_timeout)
      late.push_back(listings_.extract(at).mapped());
  }
  for (const auto& each : late)
    each->finish();
}

} // namespace salon
