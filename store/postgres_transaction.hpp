#pragma once

namespace salon {

class postgres_connection;

/// A transaction of several round trips. Without `commit` it never happened.
class postgres_transaction {
public:
  /// Throws postgres_failure, as `commit` does.
  explicit postgres_transaction(postgres_connection& on);

  postgres_transaction(const postgres_transaction&) = delete;
  postgres_transaction& operator=(const postgres_transaction&) = delete;

  ~postgres_transaction();

  void commit();

private:
  postgres_connection& on_;
  bool is_open_ = true;
};

} // namespace salon
