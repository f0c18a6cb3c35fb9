#pragma once

#include "actors/connection.hpp"
#include "messages/client_protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// A client of the Centrifuge protocol, as the SDKs speak it (docs/protocol.md): commands in frames
/// of JSON lines, started in their order and answered as their answers come.
class sdk_connection : public connection_state {
public:
  using connection_state::connection_state;

  void on_message(std::string_view message) override;
  void on_subscribed(subscription& to, const subscribed& answer) override;
  void on_answered(std::uint64_t command, const answered& answer) override;
  void on_unsubscribed(subscription& from, unsubscribe_code why) override;

private:
  /// A room this client is in, or enters.
  struct channel {
    room_id room;
    subscription* seat = nullptr;
    std::uint32_t entering = 0; ///< The subscribe command's id until it is answered.
    bool positioned = false;
    bool recoverable = false;
    bool recovering = false;
    std::uint64_t since = 0; ///< The offset it recovers from.
  };

  /// A command that a room has to answer.
  struct started {
    std::uint64_t number;
    std::uint32_t id;
    std::size_t bytes;
    bool counts_only;
  };

  void on_start() override;
  void on_go_on() override;
  bool has_backlog() const override {
    return put_off_.has_value() || !backlog_.empty();
  }
  bool send_ping() override;

  void run(std::string_view frame);
  void put_off(protocol::command what, std::string_view rest);

  /// Whether the command can be started now.
  bool can_start(const protocol::command& what) const;

  /// Whether it is an unsubscribe whose subscribe is not answered yet.
  bool waits_for_subscribe(const protocol::command& what) const;

  void execute(const protocol::command& what);
  void on_connect(std::uint32_t id, const protocol::connect_request& x);
  void handle(std::uint32_t id, const protocol::subscribe_request& x);
  void handle(std::uint32_t id, const protocol::unsubscribe_request& x);
  void handle(std::uint32_t id, const protocol::publish_request& x);
  void handle(std::uint32_t id, const protocol::presence_request& x);
  void handle(std::uint32_t id, const protocol::presence_stats_request& x);
  void handle(std::uint32_t id, const protocol::history_request& x);
  void handle(std::uint32_t id, const protocol::ping_request& x);
  void handle(std::uint32_t id, const protocol::rpc_request& x);
  void handle(std::uint32_t id, const protocol::send_request& x);
  void handle(std::uint32_t id, const protocol::refresh_request& x);
  void handle(std::uint32_t id, const protocol::sub_refresh_request& x);
  void handle(std::uint32_t, const protocol::connect_request&);
  void handle(std::uint32_t, const std::monostate&);

  void ask_presence(std::uint32_t id, const std::string& room, bool counts_only);

  /// The rules of `room`; nothing when the command has been answered with what is wrong.
  const room_options* rules_for(std::uint32_t id, const std::string& room);

  /// Why `x` is refused; none when it is not.
  errc objection(const protocol::subscribe_request& x, const room_options& rules) const;

  channel* find(std::string_view room);
  const channel* find(std::string_view room) const;
  bool is_member(std::string_view room) const;
  std::uint64_t expect_answer(std::uint32_t id, std::size_t bytes, bool counts_only = false);
  void finish(std::uint64_t number);

  void reply(std::uint32_t id, const protocol::result& what);
  void refuse(std::uint32_t id, errc why);
  void send_text(std::string_view message);

  std::vector<channel> channels_;
  std::vector<started> started_;
  std::uint64_t numbers_ = 0;
  std::optional<protocol::command> put_off_;
  std::string backlog_;
  std::unique_ptr<timer> patience_; ///< Runs while an unsubscribe waits for its subscribe.
};

} // namespace salon
