#include "tests/support/simulated_network.hpp"

#include <algorithm>
#include <utility>

namespace salon::testing {

/// One node's plug.
class simulated_network::carrier final : public link_carrier {
public:
  carrier(simulated_network& net, std::size_t index) : net_(net), index_(index) {
    // nop
  }

  void serve(user* whom) override {
    whom_ = whom;
  }
  void dial(const std::string& address) override {
    net_.dial(index_, address);
  }
  void send(way_id by, std::string frame) override {
    net_.send(index_, by, std::move(frame));
  }
  void admit(way_id) override {
  }
  void close(way_id by) override {
    net_.close(index_, by);
  }

  user* whom() const noexcept {
    return whom_;
  }

private:
  simulated_network& net_;
  std::size_t index_;
  user* whom_ = nullptr;
};

simulated_network::simulated_network() = default;

simulated_network::~simulated_network() = default;

std::string simulated_network::address_of(std::size_t index) {
  return "n" + std::to_string(index) + ":1";
}

link_carrier& simulated_network::plug_in(std::size_t index) {
  unplug(index);
  auto& made = plugged_[index];
  made = std::make_unique<carrier>(*this, index);
  return *made;
}

void simulated_network::unplug(std::size_t index) {
  auto i = plugged_.find(index);
  if (i == plugged_.end())
    return;
  i->second->serve(nullptr);
  // Its gateway may hold on to it for a while.
  former_.push_back(std::move(i->second));
  plugged_.erase(i);
  for (auto& [id, each] : ways_)
    if (each.open && (each.dialler == index || each.listener == index))
      close(index, id);
  for (auto& [where, queue] : lanes_)
    if (where.second == index)
      queue.clear();
}

bool simulated_network::is_cut(std::size_t one, std::size_t other) const {
  return cut_.count({std::min(one, other), std::max(one, other)}) > 0;
}

void simulated_network::cut(std::size_t one, std::size_t other) {
  cut_.insert({std::min(one, other), std::max(one, other)});
}

void simulated_network::heal(std::size_t one, std::size_t other) {
  cut_.erase({std::min(one, other), std::max(one, other)});
}

void simulated_network::reset(std::size_t one, std::size_t other) {
  for (auto& [id, each] : ways_) {
    if (!each.open || std::minmax(each.dialler, each.listener) != std::minmax(one, other))
      continue;
    each.open = false;
    for (auto whom : {one, other})
      put({whom, whom, 0, [this, whom, by = id] {
             if (auto i = plugged_.find(whom); i != plugged_.end() && i->second->whom())
               i->second->whom()->on_closed(by, "connection reset");
           }});
  }
}

void simulated_network::freeze(std::size_t index, bool frozen) {
  if (frozen)
    frozen_.insert(index);
  else
    frozen_.erase(index);
}

void simulated_network::hold(std::size_t from, std::size_t to, bool held) {
  if (held)
    held_.insert({from, to});
  else
    held_.erase({from, to});
}

void simulated_network::put(delivery what) {
  lanes_[{what.from, what.to}].push_back(std::move(what));
}

void simulated_network::dial(std::size_t from, const std::string& address) {
  ++dials_[from];
  if (is_known(from, address))
    return;
  auto to = from;
  for (const auto& [index, each] : plugged_)
    if (address_of(index) == address)
      to = index;
  auto is_there = address_of(to) == address;
  if (auto alias = aliases_.find(address); alias != aliases_.end())
    if (is_there = plugged_.count(alias->second) > 0; is_there)
      to = alias->second;
  // Nobody answers, and whoever dialled tries again at some time.
  if (is_there && is_cut(from, to))
    return;
  if (!is_there) {
    put({from, from, 0, [this, from, address] {
           if (auto i = plugged_.find(from); i != plugged_.end() && i->second->whom())
             i->second->whom()->on_no_way(address, "connection refused");
         }});
    return;
  }
  auto id = ++numbers_;
  ways_[id] = {from, to, true};
  // Both ends are told, each behind what is on its way to it already.
  put({to, from, 0, [this, from, id, address] {
         if (auto i = plugged_.find(from);
             ways_[id].open && i != plugged_.end() && i->second->whom())
           i->second->whom()->on_way(id, address);
       }});
  put({from, to, 0, [this, to, id] {
         if (auto i = plugged_.find(to); ways_[id].open && i != plugged_.end() && i->second->whom())
           i->second->whom()->on_way(id, "");
       }});
}

bool simulated_network::is_known(std::size_t from, const std::string& address) {
  auto alias = aliases_.find(address);
  if (alias == aliases_.end())
    return false;
  auto to = alias->second;
  auto known = std::find_if(ways_.begin(), ways_.end(), [&](const auto& x) {
    return x.second.open
           && std::minmax(x.second.dialler, x.second.listener) == std::minmax(from, to);
  });
  if (to != from && known == ways_.end())
    return false;
  put({to, from, 0, [this, from, address, way = to == from ? 0 : known->first] {
         if (auto i = plugged_.find(from); i != plugged_.end() && i->second->whom())
           i->second->whom()->on_known(address, way);
       }});
  return true;
}

void simulated_network::send(std::size_t from, way_id by, std::string frame) {
  auto i = ways_.find(by);
  if (i == ways_.end() || !i->second.open)
    return;
  auto to = i->second.dialler == from ? i->second.listener : i->second.dialler;
  if (is_cut(from, to))
    return;
  if (spy)
    spy(from, to, frame);
  auto bytes = frame.size();
  put({from, to, bytes, [this, from, to, by, bytes, frame = std::move(frame)] {
         auto whom = plugged_.find(to);
         if (!ways_[by].open || is_cut(from, to) || whom == plugged_.end() || !whom->second->whom())
           return;
         bytes_ += bytes;
         whom->second->whom()->on_frame(by, frame);
       }});
}

void simulated_network::close(std::size_t from, way_id by) {
  auto i = ways_.find(by);
  if (i == ways_.end() || !i->second.open)
    return;
  i->second.open = false;
  auto to = i->second.dialler == from ? i->second.listener : i->second.dialler;
  if (is_cut(from, to))
    return;
  put({from, to, 0, [this, to, by] {
         if (auto whom = plugged_.find(to); whom != plugged_.end() && whom->second->whom())
           whom->second->whom()->on_closed(by, "closed by the other side");
       }});
}

void simulated_network::drop_all() {
  for (auto& [where, queue] : lanes_)
    if (where.first != where.second)
      queue.clear();
}

std::vector<simulated_network::lane> simulated_network::lanes_ready() const {
  std::vector<lane> result;
  for (const auto& [where, queue] : lanes_)
    if (!queue.empty() && frozen_.count(where.second) == 0 && held_.count(where) == 0)
      result.push_back(where);
  return result;
}

std::size_t simulated_network::ready() const {
  return lanes_ready().size();
}

bool simulated_network::step(std::size_t which) {
  auto lanes = lanes_ready();
  if (which >= lanes.size())
    return false;
  auto& queue = lanes_[lanes[which]];
  auto next = std::move(queue.front());
  queue.pop_front();
  next.happen();
  return true;
}

} // namespace salon::testing
