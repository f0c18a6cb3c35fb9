#include "store/postgres_transaction.hpp"

#include "store/postgres_connection.hpp"
#include "store/postgres_error.hpp"

namespace salon {

postgres_transaction::postgres_transaction(postgres_connection& on) : on_(on) {
  on_.execute("BEGIN");
}

postgres_transaction::~postgres_transaction() {
  if (!is_open_)
    return;
  try {
    on_.execute("ROLLBACK");
  } catch (const postgres_failure&) {
    // The connection is gone, and the transaction with it.
  }
}

void postgres_transaction::commit() {
  is_open_ = false;
  on_.execute("COMMIT");
}

} // namespace salon
