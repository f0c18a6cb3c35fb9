#pragma once

#include "actors/fanout.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace salon::simulation {

/// A person as one connection sees it.
class seat_user {
public:
  virtual void on_entered(const room_id& room, const subscribed& answer) = 0;
  virtual void on_out(const room_id& room, unsubscribe_code why) = 0;
  virtual void on_answer(std::uint64_t command, const answered& answer) = 0;
  virtual void on_publication(const room_id& room, std::uint64_t offset, std::string_view data) = 0;
  virtual void on_presence_change(const room_id& room, std::uint32_t client, bool is_there) = 0;

protected:
  ~seat_user() = default;
};

/// One connection of a person with a node: what is between a socket and the fanout.
class seat final : public subscriber, private transport {
public:
  /// @param client  Its number: no two seats of a run have the same.
  seat(fanout_state& fanout, shard& home, std::uint32_t client, seat_user& user);
  ~seat() override;

  static std::uint32_t number_of(const client_id& id);

  void enter(const room_id& room, fanout_state::entry_request request);
  void leave(const room_id& room);
  sending publish(const room_id& room, std::uint64_t command, std::string_view data,
                  std::string_view key);
  void ask_presence(const room_id& room, std::uint64_t command);

  /// Its person hears nothing of it any more; the node does not know yet.
  void forsake() noexcept {
    user_ = nullptr;
  }

  /// The connection ends, as far as the node is concerned.
  void end();

  std::uint32_t client() const noexcept {
    return client_;
  }

private:
  void on_subscribed(subscription& to, const subscribed& answer) override;
  void on_answered(std::uint64_t command, const answered& answer) override;
  void on_unsubscribed(subscription& from, unsubscribe_code why) override;

  void send(const frame& message, const lane& how) override;
  std::vector<withdrawn> withdraw() override {
    return {};
  }
  std::size_t queued_bytes() const noexcept override {
    return 0;
  }
  void ping() override {
  }
  void pause() override {
  }
  void resume() override {
  }
  void close(close_code) override {
  }
  void abandon() noexcept override {
  }

  using life_actor = contract<caf::result<void>(std::int32_t)>;
  struct life_state;

  fanout_state& fanout_;
  std::uint32_t client_;
  seat_user* user_;
  member_ptr member_;
  life_actor life_;
};

} // namespace salon::simulation
