#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What an operator and a running server say to each other: one line of JSON there, one line back.
/// docs/cluster.md lists the members.
namespace salon {

/// Of the protocol. Members may be added to it; a change of what is there takes the next number.
inline constexpr int control_version = 1;

/// What a server is asked for.
struct control_request {
  enum class action : std::uint8_t {
    status, ///< How is the cluster?
    drain,  ///< Let a node hand over its rooms and send its clients elsewhere.
    move,   ///< Let a room go to another home.
  };

  action what = action::status;
  std::string room; ///< Of a move.
  std::string node; ///< Of a drain or a move: its name.

  friend bool operator==(const control_request&, const control_request&) = default;
};

/// A node, as the one that was asked sees it.
struct node_status {
  enum class standing : std::uint8_t {
    up,
    suspect, ///< It has been silent for longer than it should.
    down,
    leaving, ///< It hands its rooms over and takes none.
  };

  std::string name;
  std::string address; ///< What other nodes dial; empty: none do.
  standing state = standing::up;
  bool is_self = false; ///< The one that was asked. It has no link, and so nothing below `rooms`.
  std::uint64_t rooms = 0;
  std::uint64_t connections = 0;
  std::uint64_t queue_bytes = 0; ///< What it has not taken yet.
  std::chrono::milliseconds heartbeat_age{0};

  friend bool operator==(const node_status&, const node_status&) = default;
};

struct cluster_status {
  bool is_cluster = true; ///< False: the server runs alone, and its only node is itself.
  std::vector<node_status> nodes;

  friend bool operator==(const cluster_status&, const cluster_status&) = default;
};

/// A drain or a move is over.
struct control_done {
  std::uint64_t rooms = 0; ///< That have moved.

  friend bool operator==(const control_done&, const control_done&) = default;
};

/// Why it was not done: a sentence.
struct control_failure {
  std::string sentence;

  friend bool operator==(const control_failure&, const control_failure&) = default;
};

using control_answer = std::variant<cluster_status, control_done, control_failure>;

/// `drain`, as requests spell it.
std::string_view name_of(control_request::action what) noexcept;

/// `suspect`, as answers spell it.
std::string_view name_of(node_status::standing state) noexcept;

/// One line, without its newline.
std::string to_json(const control_request& what);
std::string to_json(const control_answer& what);

/// Reads a request, or says in a sentence why it is none.
std::variant<control_request, control_failure> read_control_request(std::string_view line);

/// Reads an answer; nothing when it is none of this version.
std::optional<control_answer> read_control_answer(std::string_view line);

} // namespace salon
