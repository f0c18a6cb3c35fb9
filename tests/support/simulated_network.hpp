#pragma once

#include "actors/link_carrier.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace salon::testing {

/// The network between the nodes of one process. What is sent waits until the test delivers it, in
/// order on each way. Cables can be cut: what is sent is lost then, without a word.
class simulated_network {
public:
  simulated_network();
  ~simulated_network();
  simulated_network(const simulated_network&) = delete;
  simulated_network& operator=(const simulated_network&) = delete;

  /// Where node `index` listens.
  static std::string address_of(std::size_t index);

  /// The carrier of node `index`, which listens from now on; that of an earlier life is gone with
  /// all its ways, as when its process ends.
  link_carrier& plug_in(std::size_t index);

  /// Another name of an address: who dials it where there is a way already is told so.
  void call(std::size_t index, const std::string& address) {
    aliases_[address] = index;
  }

  /// How often the node has dialled.
  std::size_t dials(std::size_t index) {
    return dials_[index];
  }

  /// The process of the node ends: the others hear that their ways are closed.
  void unplug(std::size_t index);

  /// Nothing passes between two nodes, in either direction, and nobody is told.
  void cut(std::size_t one, std::size_t other);
  void heal(std::size_t one, std::size_t other);

  /// The ways between two nodes are closed, as by a reset; they may dial again.
  void reset(std::size_t one, std::size_t other);

  /// Nothing is delivered to the node, and all that comes waits for it.
  void freeze(std::size_t index, bool frozen = true);

  /// What goes from one node to another is on its way for as long as it is held.
  void hold(std::size_t from, std::size_t to, bool held = true);

  /// What is on its way between nodes gets lost.
  void drop_all();

  /// How many deliveries could happen next.
  std::size_t ready() const;

  /// Lets one of them happen; whether there was one.
  bool step(std::size_t which = 0);

  /// Called with each frame as it is sent.
  std::function<void(std::size_t from, std::size_t to, const std::string& frame)> spy;

  std::uint64_t bytes_carried() const noexcept {
    return bytes_;
  }

private:
  class carrier;

  /// Something on its way to a node.
  struct delivery {
    std::size_t from;
    std::size_t to;
    std::size_t bytes;
    std::function<void()> happen;
  };

  struct way {
    std::size_t dialler = 0;
    std::size_t listener = 0;
    bool open = true;
  };

  using lane = std::pair<std::size_t, std::size_t>;

  void put(delivery what);
  bool is_cut(std::size_t one, std::size_t other) const;
  void dial(std::size_t from, const std::string& address);
  bool is_known(std::size_t from, const std::string& address);
  void send(std::size_t from, way_id by, std::string frame);
  void close(std::size_t from, way_id by);
  std::vector<lane> lanes_ready() const;

  std::map<std::size_t, std::unique_ptr<carrier>> plugged_;
  std::vector<std::unique_ptr<carrier>> former_;
  std::map<way_id, way> ways_;
  std::map<lane, std::deque<delivery>> lanes_;
  std::set<lane> cut_;
  std::set<lane> held_;
  std::set<std::size_t> frozen_;
  std::map<std::string, std::size_t> aliases_;
  std::map<std::size_t, std::size_t> dials_;
  way_id numbers_ = 0;
  std::uint64_t bytes_ = 0;
};

} // namespace salon::testing
