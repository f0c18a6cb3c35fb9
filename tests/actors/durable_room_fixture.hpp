#pragma once

#include "actors/history.hpp"
#include "actors/log_reader.hpp"
#include "tests/actors/room_fixture.hpp"
#include "tests/support/scripted_store.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace salon::testing {

/// A room with a log. The log is on a shard of its own, which a test can freeze: a store that takes
/// its time.
struct durable_room : room_fixture {
  static constexpr std::size_t log_shard = 1;
  static constexpr std::size_t reader_shard = 2;

  durable_room() : durable_room(room_options{}) {
    // nop
  }

  explicit durable_room(room_options wanted, history_options log_options = {})
    : room_fixture(wanted, 1024, 3),
      rules(std::move(wanted)) {
    storage.options = log_options;
    storage.log = spawn_history(shards[log_shard], store, *counts, log_options);
    storage.reader
      = spawn_log_reader(shards[reader_shard], store.make_reader(), *counts, log_options);
    restart();
  }

  ~durable_room() {
    dismiss(room);
    room = nullptr;
    run();
    dismiss(storage.log);
    dismiss(storage.reader);
    storage = {};
    run();
  }

  /// As after a restart of the process: the log is all there is.
  void restart() {
    start(rules);
    heard();
  }

  void publish_keyed(std::string data, std::string key) {
    publish_order order;
    order.data = std::move(data);
    order.key = std::move(key);
    publish_order_of(std::move(order));
  }

  void publish_some(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      publish_text("x");
    run();
  }

  /// What is published is in the log alone, and Ana is in the room.
  void reopen_with(std::size_t publications) {
    publish_some(publications);
    restart();
    enter("ana");
    run();
    heard();
  }

  room_options rules;
  scripted_store store;
};

} // namespace salon::testing
