#pragma once

#include "store/postgres_connection.hpp"

#include <span>
#include <string>

/// What the schema `salon` of a database looks like, and how one of an earlier version comes to
/// look so.
namespace salon {

/// The step to version n + 1 is at place n. What was released is never changed, only added to.
std::span<const char* const> postgres_schema_steps();

/// Makes the schema when it is not there, and takes the steps that it lacks, all or none of them.
/// One connection does it at a time; the others wait. Changes nothing where nothing is to be
/// changed, so that no right to change it is needed then. Returns why the schema is none that these
/// steps lead to; empty when it is. Throws postgres_failure.
std::string migrate(postgres_connection& database,
                    std::span<const char* const> steps = postgres_schema_steps());

/// Why the schema cannot be read by this version; empty when it can. Throws postgres_failure.
std::string objection_to_schema(postgres_connection& database);

/// Which database this is, and of which of its pasts: it changes when a standby takes over or a
/// backup is restored with the log of writes since. What this role may not ask is left out. Throws
/// postgres_failure.
std::string incarnation_of(postgres_connection& database);

/// Which one the rooms were last known to be in.
std::string settled_incarnation(postgres_connection& database);

/// Takes note of the database's incarnation. When it is another one, what was committed last may be
/// missing: then, unless `is_complete`, all rooms get new epochs and belong to nobody. Throws
/// postgres_failure.
void settle_incarnation(postgres_connection& database, bool is_complete);

} // namespace salon
