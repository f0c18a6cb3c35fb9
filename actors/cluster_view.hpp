#pragma once

#include "messages/link_messages.hpp"

namespace salon {

struct node_standing {
  node_info who;
  std::vector<client_id> up;
  bool leaving = false;
};

class cluster_view {
public:
  cluster_view() = default;
  cluster_view(const node_standing& self, const std::vector<node_standing>& others);
  std::uint64_t hash() const;
  bool has(const client_id& life) const;
  std::string home_of(const room_id& room) const;
  std::size_t size() const;
private:
  std::vector<node_standing> all_;
};

} // namespace salon
