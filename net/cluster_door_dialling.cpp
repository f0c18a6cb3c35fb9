#include "base/shard.hpp"
#include "net/cluster_door.hpp"

#include <boost/asio/ip/address.hpp>

#include <utility>

namespace salon {

using boost::system::error_code;

cluster_door::search::search(shard& home, std::string whom, std::function<void()> too_late)
  : address(std::move(whom)),
    socket(home.io()),
    deadline(std::move(too_late)) {
  // nop
}

void cluster_door::dial(const std::string& address) {
  if (searches_.contains(address))
    return;
  auto made = std::make_shared<search>(context_.home, address, [this, address] {
    not_reached(searches_.at(address), "it does not answer");
  });
  searches_.emplace(address, made);
  context_.home.wheel().arm(made->deadline, options_.dial_timeout);
  context_.home.post([self = self_, made] {
    if (!*self || made->over)
      return;
    if (auto where = read_host_port(made->address))
      (*self)->look_for(made, *where);
    else
      (*self)->not_reached(made, "this is no host:port");
  });
}

void cluster_door::look_for(const search_ptr& what, const host_port& where) {
  error_code is_name;
  auto address = boost::asio::ip::make_address(where.host, is_name);
  if (!is_name)
    return connect(what, {{address, where.port}});
  resolver_.async_resolve(
    where.host, std::to_string(where.port), [self = self_, what](error_code wrong, auto found) {
      if (!*self || what->over)
        return;
      if (wrong)
        return (*self)->not_reached(what, "its name cannot be resolved: " + wrong.message());
      std::vector<tcp::endpoint> to;
      for (const auto& each : found)
        to.push_back(each.endpoint());
      (*self)->connect(what, std::move(to));
    });
}

// One after the other, as the resolver would have them tried.
void cluster_door::connect(const search_ptr& what, std::vector<tcp::endpoint> to) {
  if (to.empty())
    return not_reached(what, "its name has no address");
  auto next = to.front();
  to.erase(to.begin());
  error_code ignored;
  what->socket.close(ignored);
  what->socket.async_connect(
    next, [self = self_, what, next, to = std::move(to)](error_code wrong) mutable {
      if (!*self || what->over)
        return;
      if (!wrong)
        (*self)->reached(what, next);
      else if (to.empty())
        (*self)->not_reached(what, wrong.message());
      else
        (*self)->connect(what, std::move(to));
    });
}

void cluster_door::reached(const search_ptr& what, const tcp::endpoint& peer) {
  if (is_among_last(what->socket.native_handle()))
    return not_reached(what, "this node has no descriptors left");
  auto made = std::make_shared<cluster_connection>(context_, std::move(what->socket), peer);
  if (!made->invite())
    return not_reached(what, "this node has no port left for it");
  what->over = true;
  searches_.erase(what->address);
  keep(made);
  count();
  if (user_)
    user_->on_reached(what->address, made->inner_port());
}

void cluster_door::not_reached(const search_ptr& what, const std::string& why) {
  auto kept = what;
  kept->over = true;
  kept->deadline.disarm();
  error_code ignored;
  kept->socket.close(ignored);
  searches_.erase(kept->address);
  if (user_)
    user_->on_unreachable(kept->address, why);
}

} // namespace salon
