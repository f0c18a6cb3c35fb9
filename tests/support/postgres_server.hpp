#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace salon::testing {

/// A PostgreSQL of the test's own, on a Unix socket in a folder of its own; it ends with this
/// object, or with the test. Its superuser is `salon`, without a password.
class postgres_server {
public:
  /// Why none can be started here; empty where one can. A test then skips, with this reason.
  static std::string lack();

  /// The one that the tests of a program share, who leave it as it is; each begins by dropping the
  /// schema.
  static postgres_server& shared();

  /// Makes a database and starts a server over it.
  /// @param settings  `NAME=VALUE`; what is not named is set to be fast.
  explicit postgres_server(std::vector<std::string> settings = {});

  /// Makes a standby of `primary`, which follows it.
  postgres_server(const postgres_server& primary, std::vector<std::string> settings);

  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  ~postgres_server();

  /// Where it is.
  std::string url(const std::string& user = "salon",
                  const std::string& database = "postgres") const;

  /// Runs commands as the superuser and returns the first value of the last one's answer.
  std::string run(const std::string& sql) const;

  /// Kills all of it without warning.
  void kill();

  /// Starts it anew, after a kill or a stop, and waits until it lets clients in.
  void start();

  /// Lets it end in good order, at once.
  void stop();

  /// Freezes all of it, and lets it go on.
  void freeze();
  void thaw();

  /// A standby becomes a primary with a timeline of its own.
  void promote() const;

private:
  void signal_all(int number) const;
  void wait_for_end();
  void collect(int from);

  /// Goes with everything in it.
  struct own_folder {
    own_folder();
    own_folder(const own_folder&) = delete;
    own_folder& operator=(const own_folder&) = delete;
    ~own_folder();

    std::string path;
  };

  own_folder folder_;
  std::vector<std::string> settings_;
  int pid_ = -1;
  std::thread collector_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string log_;
  bool is_over_ = true;
};

} // namespace salon::testing
