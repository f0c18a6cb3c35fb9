#pragma once

#include "actors/connection.hpp"

#include <memory>
#include <string_view>

namespace salon {

/// A bare WebSocket client in one room: a welcome when it has entered, then each of its text frames
/// goes to everyone there, byte for byte, and it reads everyone's.
class text_connection : public connection_state {
public:
  text_connection(connection_actor::pointer self, shard_locals& here, transport& socket, visit who);

  void on_message(std::string_view message) override;
  void on_subscribed(subscription& to, const subscribed& answer) override;
  void on_answered(std::uint64_t size, const answered& answer) override;
  void on_unsubscribed(subscription& from, unsubscribe_code why) override;

private:
  void on_start() override;
  void on_go_on() override {
  }
  bool has_backlog() const override {
    return false;
  }
  bool send_ping() override;

  void say(std::string_view line);

  std::unique_ptr<visit> coming_; ///< Until the welcome.
  subscription* place_ = nullptr; ///< In its room; valid while the connection is open.
  bool may_publish_ = true;
};

} // namespace salon
