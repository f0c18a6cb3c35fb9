#pragma once

#include <SQLiteCpp/Database.h>

#include <span>
#include <string>

/// What the database looks like, and how one of an earlier version comes to look so.
namespace salon {

/// The step to version n + 1 is at place n. What was released is never changed, only added to.
std::span<const char* const> schema_steps();

/// Why a database is no store that these steps lead to, nor can be made one; empty when it is, or
/// when there is nothing in it yet. Throws SQLite::Exception.
std::string objection_to(SQLite::Database& database,
                         std::span<const char* const> steps = schema_steps());

/// Takes the steps that are missing, all or none of them. Throws SQLite::Exception.
void migrate(SQLite::Database& database, std::span<const char* const> steps = schema_steps());

/// The version of a database; 0: nothing is in it.
int schema_version(SQLite::Database& database);

} // namespace salon
