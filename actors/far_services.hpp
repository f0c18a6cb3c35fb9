#pragma once

#include "actors/far_room.hpp"
#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "base/clock.hpp"
#include "messages/contracts.hpp"
#include "messages/link_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// The gateway's part in calls of services: tells other nodes which method prefixes this one
/// offers, carries out their calls, and brings calls from here to a node that offers theirs.
///
/// Of several nodes that offer a prefix all choose the same one, as placement does with rooms: most
/// services remember something, and whoever calls one is to find what others told it. When that
/// node goes the next one is called. To share the work a service is offered on each node: its own
/// node's is what a client gets first.
///
/// A prefix is offered by those to whom there is a link, and by nobody else: for the others the
/// answer is 108, at once. A call whose link breaks, or that is not answered in time, may have been
/// carried out: it fails with 100, and is never sent again.
class far_services {
public:
  using time_point = timer_wheel::time_point;

  far_services(gateway_actor::pointer self, link_post& links, metrics& counts,
               const gateway_options& options);

  far_services(const far_services&) = delete;
  far_services& operator=(const far_services&) = delete;

  ~far_services();

  /// Offers a service of this node to the others, as long as it lives. The first of a prefix stays.
  void offer(const std::string& prefix, const service_actor& service);

  /// A call from here, which nobody here answers.
  caf::result<rpc_answer> on_call(const rpc_call& x, time_point now);

  /// There is a link to the node `name`; and there is none any more.
  void on_open(way_id way, const std::string& name);
  void on_closed(way_id way);

  // what it says

  void on_offered(way_id way, services_offered& x);
  void on_ask(way_id way, const rpc_ask& x);
  void on_reply(way_id way, rpc_reply& x);

  /// Fails what has waited for too long. Call it on each tick.
  void check(time_point now);

private:
  /// A service here.
  struct own {
    service_actor service;
    watching watch;
  };

  /// A node to which there is a link.
  struct node {
    std::string name;
    std::vector<std::string> prefixes;
  };

  /// A call that another node carries out.
  struct call {
    way_id way = 0;
    time_point since;
    caf::typed_response_promise<rpc_answer> caller;
  };

  way_id way_to(std::string_view prefix) const;
  bool is_crowded(way_id way) const;
  void tell_offer(way_id way);
  void withdraw(const std::string& prefix, const caf::error& why);
  void reply(way_id way, std::uint64_t number, rpc_answer answer);
  template <class Predicate>
  void fail_calls(Predicate is_over);
  void count();

  gateway_actor::pointer self_;
  link_post& links_;
  metrics& counts_;
  const gateway_options& options_;
  std::map<std::string, own, std::less<>> offered_;
  std::map<way_id, node> nodes_;
  std::map<std::uint64_t, call> calls_;
  std::uint64_t numbers_ = 0;
  std::size_t carrying_out_ = 0; ///< For other nodes.
};

} // namespace salon
