#pragma once

#include "store/sqlite_place.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <optional>
#include <string>

namespace salon {

enum class access { read, write };

/// Opens a connection for one thread at a time. Throws SQLite::Exception.
SQLite::Database connect(const sqlite_place& place, access how);

/// One use of a statement that is kept: it is ready for the next one when this ends.
class statement_use {
public:
  explicit statement_use(SQLite::Statement& statement) : statement_(statement) {
    // nop
  }

  statement_use(const statement_use&) = delete;
  statement_use& operator=(const statement_use&) = delete;

  ~statement_use() {
    statement_.tryReset();
  }

  SQLite::Statement& operator*() const noexcept {
    return statement_;
  }

  SQLite::Statement* operator->() const noexcept {
    return &statement_;
  }

private:
  SQLite::Statement& statement_;
};

/// A statement that is prepared when it is first used, and kept.
class kept_statement {
public:
  kept_statement(SQLite::Database& on, std::string sql) : on_(on), sql_(std::move(sql)) {
    // nop
  }

  statement_use use() {
    if (!statement_)
      statement_.emplace(on_, sql_);
    return statement_use{*statement_};
  }

private:
  SQLite::Database& on_;
  std::string sql_;
  std::optional<SQLite::Statement> statement_;
};

/// A transaction that writes. Without `commit` it never happened.
class write_transaction {
public:
  explicit write_transaction(SQLite::Database& on);

  write_transaction(const write_transaction&) = delete;
  write_transaction& operator=(const write_transaction&) = delete;

  ~write_transaction();

  void commit();

private:
  SQLite::Database& on_;
};

} // namespace salon
