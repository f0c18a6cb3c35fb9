#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace salon {

/// A node that holds a lease now, as a store that nodes share shows it.
struct lease_holder {
  std::string life; ///< Which start of the node.
  std::string name;
  std::uint64_t company = 0; ///< The number of those it works with, as it has said last; 0: nobody.
  std::int64_t expires = 0;  ///< Grows with each renewal.
};

/// The nodes that a node works with, since all of them hear each other; itself is one of them.
struct lease_company {
  std::vector<std::string> lives; ///< None: it takes part in no cluster.
  std::uint64_t number = 0;       ///< The same to all of them, and to nobody else.
};

/// Who may hold a lease when nodes cannot hear each other, but all of them reach the store. Their
/// rooms would be out of reach for each other's clients; so one group of nodes keeps its leases,
/// and can take over the rooms of those who give theirs up: the largest one, of equally large ones
/// that with the smallest name in it. Each node finds out for itself, by looking again and again.
class lease_contest {
public:
  /// Whether `self` has to do without a lease, for as long as that is the answer.
  /// @param holders  All who hold one now, with or without `self`.
  bool is_lost(const lease_holder& self, const lease_company& ours,
               const std::vector<lease_holder>& holders);

private:
  bool lives_on(const lease_holder& stranger) const;

  /// How far the leases of strangers went when they became that. Who has died without a word holds
  /// one for a while, too, and does not renew it.
  std::map<std::string, std::int64_t> seen_;
};

} // namespace salon
