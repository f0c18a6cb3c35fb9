#pragma once

#include "store/history_store.hpp"
#include "store/lease_contest.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace salon::simulation {

/// What nodes share as they would a database: the logs of rooms, and who may write them. A node
/// holds a lease by the database's clock; a room belongs to the lease that opened it last, and an
/// append is stored only from there, with the room's term, right behind the top.
class shared_log {
public:
  static constexpr std::int64_t lease_ms = 1000;
  static constexpr std::int64_t margin_ms = 250; ///< For clocks that run apart.

  /// What the next append meets.
  enum class fate : std::uint8_t {
    usual,
    stored_unknown, ///< It is stored, and nobody is told.
    lost_unknown,   ///< It is not, and nobody is told.
  };

  /// What a node is to the database, in one life.
  struct account {
    std::string name;
    std::string life;
    lease_company company;
    lease_contest contest;
    std::uint64_t lease = 0; ///< Its number; another one after a lapse.
    std::int64_t expires = 0;
    std::int64_t believes_until = 0; ///< By the node's own clock.
    bool reachable = true;
    bool dead = false;
    fate next = fate::usual;

    /// The lease that the node may act by when its clock shows `own_now`; 0: none.
    std::uint64_t valid(std::int64_t own_now) const noexcept {
      return own_now < believes_until ? lease : 0;
    }
  };

  using account_ptr = std::shared_ptr<account>;

  /// The database's clock.
  std::int64_t now = 0;

  /// Renews the lease of a node whose clock shows `own_now`, or ends it when others have the say.
  void renew(account& whose, std::int64_t own_now);

  /// The store as one node sees it.
  std::unique_ptr<history_store> store_of(account_ptr whose);

  /// All that is stored of a room, offset 1 first.
  const std::vector<publication_ptr>& log_of(const room_id& room) const;

  const std::string& epoch_of(const room_id& room) const;

private:
  struct stored_room {
    room_record record;
    std::string home; ///< The name of the node.
    account_ptr holder;
    std::uint64_t lease = 0;
    std::vector<publication_ptr> log;
    std::vector<stored_key> keys;
  };

  template <class Base>
  class reading;
  class node_store;

  std::map<room_id, stored_room> rooms_;
  std::map<std::string, lease_holder> holders_; ///< By life.
  std::uint64_t leases_ = 0;
};

} // namespace salon::simulation
