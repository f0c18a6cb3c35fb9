#pragma once

#include "store/postgres_options.hpp"
#include "store/postgres_rows.hpp"
#include "store/postgres_values.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

struct pg_conn;

namespace salon {

/// A statement that a connection prepares when it is first used there.
struct postgres_statement {
  std::string name;
  std::string sql;
};

/// One use of a statement.
struct postgres_call {
  const postgres_statement& what;
  postgres_values with;
};

/// A call's answer, or what became of it instead.
struct postgres_outcome {
  std::optional<postgres_rows> rows;
  std::string sentence; ///< Why there are none.
  std::string state;    ///< See postgres_failure.
  bool may_be_stored = false;
};

/// A connection, for one thread at a time. Each question has a deadline; one that is not met ends
/// the connection, since what comes later would be taken for the answer to something else. Throws
/// postgres_failure.
class postgres_connection {
public:
  /// Connects.
  /// @param role  What the connection is for; the database's administrator sees it.
  postgres_connection(const postgres_options& options, const std::string& role);

  postgres_connection(const postgres_connection&) = delete;
  postgres_connection& operator=(const postgres_connection&) = delete;

  ~postgres_connection();

  /// Under which name the database knows connections of this role and life.
  static std::string name_of(const postgres_options& options, const std::string& role);

  /// Runs SQL without parameters, which may be several commands, for `patience` at most; empty: as
  /// long as for any question. Returns what the last one answered.
  postgres_rows execute(const std::string& sql,
                        std::optional<std::chrono::milliseconds> patience = std::nullopt);

  /// Runs the calls as one transaction, in one round trip. In a transaction that was begun by
  /// `execute` they are part of that one.
  std::vector<postgres_rows> run(const std::vector<postgres_call>& calls);

  postgres_rows run(const postgres_statement& what, postgres_values with = {});

  /// Runs each call as a transaction of its own, in one round trip.
  std::vector<postgres_outcome> run_apart(const std::vector<postgres_call>& calls);

  /// Whether the connection was there a moment ago; asks nobody.
  bool is_alive();

private:
  struct handle_deleter {
    void operator()(pg_conn* handle) const noexcept;
  };

  using time_point = std::chrono::steady_clock::time_point;

  std::vector<postgres_outcome> pipeline(const std::vector<postgres_call>& calls, bool apart);
  void prepare(const std::vector<postgres_call>& calls);
  void begin(std::optional<std::chrono::milliseconds> patience = std::nullopt);
  void send(const postgres_call& call);
  void send_sync();
  postgres_outcome receive();
  void receive_sync(bool commits);
  postgres_result next();
  [[noreturn]] void cut_off(const std::string& why, bool may_be_stored,
                            const std::string& state = {});
  std::string last_words() const;

  std::chrono::milliseconds patience_;
  std::unique_ptr<pg_conn, handle_deleter> handle_;
  std::unordered_set<std::string> prepared_;
  time_point deadline_;
  bool is_out_ = false;     ///< The server may have all that it needs to commit.
  bool is_syncing_ = false; ///< The end of a transaction is awaited.
  bool is_warned_ = false;  ///< The server has warned of something.
};

} // namespace salon
