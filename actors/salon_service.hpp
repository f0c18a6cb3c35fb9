#pragma once

#include "actors/shard_locals.hpp"
#include "messages/contracts.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace salon {

/// The server's own service, `salon`, one on each shard:
///   salon.rooms {after, limit}               a page of rooms with their member counts
///   salon.typing {room}                      tells those in the room that the caller is typing
///   salon.publish {room, data, key, tags}    publishes, and answers where it landed
///   salon.limits {}                          what clients are held to
/// Answers carry `v`, the version of their shape.
class salon_service_state : public subscriber {
public:
  static inline const char* name = "salon.service";

  /// @param gateway  Null without a cluster.
  salon_service_state(service_actor::pointer self, shard_locals& here, directory_actor directory,
                      gateway_actor gateway);

  ~salon_service_state() override;

  service_actor::behavior_type make_behavior();

  void on_subscribed(subscription&, const subscribed&) override {
  }
  void on_answered(std::uint64_t command, const answered& answer) override;
  void on_unsubscribed(subscription&, unsubscribe_code) override {
  }

private:
  using promise = caf::typed_response_promise<rpc_answer>;
  struct rooms_page;

  caf::result<rpc_answer> on_rooms(const rpc_call& call);
  caf::result<rpc_answer> on_typing(const rpc_call& call);
  caf::result<rpc_answer> on_publish(const rpc_call& call);
  rpc_answer limits() const;

  void describe(const room_page& page, promise caller);
  caf::result<rpc_answer> publish_for(const rpc_call& call, const std::string& room,
                                      publish_order order);

  service_actor::pointer self_;
  shard_locals& here_;
  directory_actor directory_;
  gateway_actor gateway_;
  member_ptr publisher_;
  std::unordered_map<std::uint64_t, promise> publishing_;
  std::uint64_t numbers_ = 0;
};

/// Starts the service on the shard of `here`, which it enters there under its prefix.
/// @param gateway  Null without a cluster.
void spawn_salon_service(shard_locals& here, directory_actor directory, gateway_actor gateway = {});

} // namespace salon
