#pragma once

#include "client/load_options.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace salon {

/// What tells a publication of the load: its publisher, among all rooms, and its number there. In
/// the payload it stands first, as text that no protocol has to escape.
struct load_mark {
  static constexpr std::size_t bytes = 18;

  std::uint32_t publisher = 0;
  std::uint32_t number = 0;
};

/// A text of `bytes`, at least load_mark::bytes, that begins with `mark`.
std::string write_marked(const load_mark& mark, std::size_t bytes);

/// Where somebody is to go on; without an epoch, nowhere.
struct load_position {
  std::string epoch;
  std::uint64_t offset = 0;
};

/// What a message from the server turned out to be.
class load_hearing {
public:
  virtual ~load_hearing() = default;

  virtual void on_joined(bool recovered) = 0;

  virtual void on_publication(const load_mark& mark) = 0;

  /// The protocol wants `message` to be sent.
  virtual void on_answer(std::string_view message) = 0;

  /// The server refused something; `why` is its message.
  virtual void on_refused(std::string_view why) = 0;
};

/// One of the protocols, from the side of a client in one room. Pure: messages in, messages out.
class load_wire {
public:
  virtual ~load_wire() = default;

  /// The target of the upgrade.
  virtual std::string target(const std::string& room) const = 0;

  /// What is said first, as one message; empty: nothing, and one is in the room with the upgrade.
  /// @param since  Recovers from there, where the protocol can.
  virtual std::string greeting(const std::string& room, const load_position& since) const = 0;

  /// The fewest payload bytes a publish can have.
  virtual std::size_t payload_bytes_min() const = 0;

  /// The message that publishes a payload of `payload_bytes` with `mark`.
  virtual std::string publish(const std::string& room, const load_mark& mark,
                              std::size_t payload_bytes) const = 0;

  /// Reads one message. `at` is moved on to where the client is to recover from.
  virtual void read(std::string_view message, const std::string& room, load_position& at,
                    load_hearing& to) const = 0;

  virtual bool is_binary() const {
    return false;
  }
};

std::unique_ptr<load_wire> make_load_wire(load_protocol which);

} // namespace salon
