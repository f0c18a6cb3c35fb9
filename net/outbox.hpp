#pragma once

#include "actors/transport.hpp"
#include "messages/errors.hpp"
#include "messages/frame.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// What is waiting to be written to one client, in order, as whole WebSocket frames. Knows no
/// socket: `gather` says which bytes come next, `advance` how many of them went out. A frame that
/// was begun is finished unchanged. A message that waits alone needs no memory; an empty one keeps
/// its small queue where messages gather again and again, and none elsewhere.
class outbox {
public:
  /// How messages become frames.
  enum class framing : std::uint8_t {
    single, ///< Each message is a frame of its own.
    lines,  ///< Messages that wait together share a frame, a newline between them.
  };

  /// Of a shared frame.
  static constexpr std::size_t frame_messages_max = 16;
  static constexpr std::size_t frame_payload_max = 64 * 1024;

  explicit outbox(framing how) noexcept;

  /// Queues a message behind all others.
  /// @param how  Its stream and its place there, for `withdraw`.
  void push(frame message, const lane& how = {});

  /// Queues bytes that are whole by themselves, a control frame or the upgrade's answer. They go
  /// out before the next message that is not begun.
  void push_urgent(std::string_view bytes);

  /// Queues the close frame, behind everything; nothing is queued after it.
  void push_close(close_code code, std::string_view reason);

  /// Drops all messages but those in a frame that is begun.
  void drop_messages() noexcept;

  /// Drops the messages of streams but those in a frame that is begun.
  /// @returns each stream that lost some, with the offset of the first.
  std::vector<withdrawn> withdraw();

  /// Parts of what comes next, for one write. Refers to itself and to the outbox.
  class batch {
  public:
    const iovec* parts() const noexcept {
      return parts_;
    }

    std::size_t count() const noexcept {
      return count_;
    }

    std::size_t bytes() const noexcept {
      return bytes_;
    }

    batch() = default;
    batch(const batch&) = delete;
    batch& operator=(const batch&) = delete;

  private:
    friend class outbox;

    void add(std::string_view part) noexcept;
    bool has_room() const noexcept;

    static constexpr std::size_t parts_max = 256;
    static constexpr std::size_t headers_max = 96;

    iovec parts_[parts_max];
    char headers_[headers_max][frame_header_bytes_max];
    std::size_t count_ = 0;
    std::size_t header_count_ = 0;
    std::size_t bytes_ = 0;
    std::size_t skipped_ = 0;
  };

  /// What is left of a message that waits alone, as it mostly does: it can go out without a batch.
  /// Empty when all that waits is in the queue, where it stays until all is out.
  std::string_view sole() const noexcept {
    return sole_.message ? sole_.message.wire().substr(sole_done_) : std::string_view{};
  }

  /// Fills `out`, which is fresh, with as much as fits.
  void gather(batch& out);

  /// Takes out the first `bytes` of what `sole` or `gather` gave. Returns how many frames that
  /// finished.
  std::size_t advance(std::size_t bytes) noexcept;

  bool empty() const noexcept {
    return !sole_.message && !is_queue_;
  }

  /// Payload bytes of messages, and bytes of all else, that are not out yet.
  std::size_t bytes() const noexcept;

  /// Whether it has memory of its own, besides the messages it shares.
  bool has_queue() const noexcept {
    return queue_ != nullptr;
  }

private:
  struct item {
    frame message;
    std::uint64_t offset = 0;
    std::uint32_t stream = 0;
  };

  /// What waits when it is not a message alone.
  struct queue {
    std::deque<item> items;
    std::string urgent;
    std::string close;
    std::size_t done = 0; ///< Of the data frame at the head, or of what is urgent, or of the close.
    std::uint32_t most = 0;          ///< Messages that it had at a time.
    std::uint8_t begun_messages = 0; ///< In the data frame at the head, once begun.
  };

  /// The next data frame: the messages from the head that it carries.
  struct plan {
    std::size_t messages = 0;
    std::size_t payload = 0;
    std::size_t wire = 0; ///< With its header.
  };

  queue& become_queue();
  void clear_sole() noexcept;
  plan plan_at(std::size_t at) const noexcept;
  void add_frame(batch& out, std::size_t at, const plan& what) const;
  void remove(const plan& what) noexcept;
  void release_if_out() noexcept;

  // A delivery touches nothing outside of this object: most messages are written before the next
  // one comes.
  item sole_;
  std::unique_ptr<queue> queue_;
  std::size_t payload_bytes_ = 0; ///< Of all messages that are not out.
  std::uint32_t sole_done_ = 0;   ///< Of the frame of `sole_`.
  framing framing_;
  bool gathers_ = false;  ///< Whether more than one message waited the last time.
  bool is_queue_ = false; ///< Whether `queue_` is in use, and `sole_` is not.
};

} // namespace salon
