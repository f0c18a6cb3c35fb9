#pragma once

#include "actors/connection.hpp"

#include <deque>
#include <string_view>

namespace salon {

/// A bare WebSocket client in one room: a welcome when it has entered, then each of its text frames
/// goes to everyone there, byte for byte, and it reads everyone's.
class text_connection : public connection_state {
public:
  using connection_state::connection_state;

  void on_message(std::string_view message) override;
  void on_subscribed(subscription& to, const subscribed& answer) override;
  void on_answered(std::uint64_t command, answered& answer) override;
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

  bool may_publish_ = true;
  bool welcomed_ = false;
  std::deque<std::size_t> sizes_; ///< Of the lines in flight; they are answered in order.
};

} // namespace salon
