#include "store/postgres_connection.hpp"

#include "store/postgres_error.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace salon {

namespace {

using namespace std::chrono_literals;

constexpr int binary = 1;

// In one line, as a sentence is shown.
std::string one_line(const char* words) {
  std::string line = words == nullptr ? "" : words;
  while (!line.empty() && line.back() == '\n')
    line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string field_of(const pg_result* result, int which) {
  const auto* text = PQresultErrorField(result, which);
  return text == nullptr ? "" : text;
}

std::string sentence_of(const pg_result* result) {
  auto primary = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  return primary.empty() ? one_line(PQresultErrorMessage(result)) : primary;
}

bool is_good(const pg_result* result) {
  auto status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

// Whether the server ends the connection with it.
bool is_last(const pg_result* result) {
  auto severity = field_of(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == "FATAL" || severity == "PANIC";
}

std::string milliseconds(std::chrono::milliseconds span) {
  return std::to_string(span.count());
}

// Commits wait for the disk, and for more where the administrator wants it; for less nowhere. What
// has lost its client does not keep locks.
std::string session_sql(const postgres_options& options) {
  auto patience = milliseconds(options.request_timeout);
  return "SELECT pg_catalog.set_config('synchronous_commit', 'on', false)"
         " WHERE pg_catalog.current_setting('synchronous_commit') <> 'remote_apply';"
         "SET statement_timeout = "
         + patience + "; SET lock_timeout = " + milliseconds(options.request_timeout / 4)
         + "; SET idle_in_transaction_session_timeout = " + patience
         + "; SET default_transaction_isolation = 'read committed'"
           "; SET plan_cache_mode = force_generic_plan; SET jit = off"
           "; SET search_path = pg_catalog";
}

} // namespace

void postgres_connection::handle_deleter::operator()(pg_conn* handle) const noexcept {
  PQfinish(handle);
}

postgres_connection::postgres_connection(const postgres_options& options, const std::string& role)
  : patience_(options.request_timeout) {
  if (!is_readable_postgres_url(options.url))
    throw postgres_failure{"this cannot be read as a URL of PostgreSQL", "", false, true};
  auto name = name_of(options, role);
  auto timeout = std::to_string(std::max(options.connect_timeout, 2s).count());
  auto silence = milliseconds(options.request_timeout);
  // The URL may say otherwise for what stands before it.
  std::vector<std::pair<const char*, const char*>> parameters{
    {"connect_timeout", timeout.c_str()},
    {"tcp_user_timeout", silence.c_str()},
    {"keepalives_idle", "5"},
    {"keepalives_interval", "2"},
    {"keepalives_count", "3"},
    {"target_session_attrs", "read-write"},
    {"dbname", options.url.c_str()},
    {"application_name", name.c_str()},
    {"client_encoding", "UTF8"},
    {nullptr, nullptr}};
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : parameters) {
    keywords.push_back(keyword);
    values.push_back(value);
  }
  handle_.reset(PQconnectdbParams(keywords.data(), values.data(), 1));
  if (PQstatus(handle_.get()) != CONNECTION_OK)
    cut_off(last_words(), false);
  // A commit that is told not to wait for its standbys succeeds with a warning.
  PQsetNoticeReceiver(
    handle_.get(),
    [](void* is_warned, const PGresult* notice) {
      if (field_of(notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING")
        *static_cast<bool*>(is_warned) = true;
    },
    &is_warned_);
  if (PQsetnonblocking(handle_.get(), 1) != 0)
    cut_off(last_words(), false);
  execute(session_sql(options));
}

postgres_connection::~postgres_connection() = default;

std::string postgres_connection::name_of(const postgres_options& options, const std::string& role) {
  return "salon " + role + " " + to_string(options.life);
}

postgres_rows postgres_connection::execute(const std::string& sql,
                                           std::optional<std::chrono::milliseconds> patience) {
  begin(patience);
  is_out_ = true;
  if (PQsendQuery(handle_.get(), sql.c_str()) == 0)
    cut_off(last_words(), false);
  postgres_result last;
  std::optional<postgres_failure> failure;
  while (auto result = next()) {
    if (!is_good(result.get())) {
      auto state = field_of(result.get(), PG_DIAG_SQLSTATE);
      if (state.empty() || is_last(result.get()))
        cut_off(sentence_of(result.get()), is_out_);
      if (!failure)
        failure.emplace(sentence_of(result.get()), state, false, false);
    }
    last = std::move(result);
  }
  if (failure)
    throw postgres_failure{*failure};
  return postgres_rows{std::move(last)};
}

std::vector<postgres_rows> postgres_connection::run(const std::vector<postgres_call>& calls) {
  std::vector<postgres_rows> result;
  for (auto& each : pipeline(calls, false)) {
    if (!each.rows)
      throw postgres_failure{each.sentence, each.state, each.may_be_stored, handle_ == nullptr};
    result.push_back(std::move(*each.rows));
  }
  return result;
}

postgres_rows postgres_connection::run(const postgres_statement& what, postgres_values with) {
  return std::move(run({{what, std::move(with)}}).front());
}

std::vector<postgres_outcome>
postgres_connection::run_apart(const std::vector<postgres_call>& calls) {
  return pipeline(calls, true);
}

bool postgres_connection::is_alive() {
  // What the server says to nobody's question is most often good-bye.
  for (auto times = 0; handle_ && times < 16; ++times) {
    pollfd ready{PQsocket(handle_.get()), POLLIN, 0};
    if (::poll(&ready, 1, 0) <= 0)
      return PQstatus(handle_.get()) == CONNECTION_OK;
    if (PQconsumeInput(handle_.get()) == 0)
      return false;
  }
  return false;
}

// -- one round trip -----------------------------------------------------------

std::vector<postgres_outcome> postgres_connection::pipeline(const std::vector<postgres_call>& calls,
                                                            bool apart) {
  begin();
  if (!is_alive())
    cut_off("the database has closed the connection", false);
  prepare(calls);
  std::vector<postgres_outcome> outcomes;
  try {
    begin();
    if (PQenterPipelineMode(handle_.get()) == 0)
      cut_off(last_words(), false);
    for (const auto& each : calls) {
      send(each);
      if (apart)
        send_sync();
    }
    if (!apart)
      send_sync();
    auto is_aborted = false;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      outcomes.push_back(receive());
      is_aborted = is_aborted || !outcomes.back().rows;
      if (apart)
        receive_sync(outcomes.back().rows.has_value());
    }
    if (!apart)
      receive_sync(!is_aborted);
    if (PQexitPipelineMode(handle_.get()) == 0)
      cut_off(last_words(), false);
  } catch (const postgres_failure& e) {
    if (!apart) {
      // A statement that failed has taken all of them back, whatever came after it.
      for (const auto& each : outcomes)
        if (!each.rows)
          throw postgres_failure{each.sentence, each.state, false, true};
      throw;
    }
    if (!outcomes.empty() && outcomes.back().rows && is_syncing_)
      outcomes.pop_back();
    while (outcomes.size() < calls.size())
      outcomes.push_back({std::nullopt, e.what(), e.state(), e.may_be_stored()});
  }
  return outcomes;
}

void postgres_connection::prepare(const std::vector<postgres_call>& calls) {
  for (const auto& each : calls) {
    if (!prepared_.insert(each.what.name).second)
      continue;
    begin();
    if (PQsendPrepare(handle_.get(), each.what.name.c_str(), each.what.sql.c_str(), 0, nullptr)
        == 0)
      cut_off(last_words(), false);
    std::optional<postgres_failure> failure;
    while (auto result = next())
      if (!is_good(result.get())) {
        auto state = field_of(result.get(), PG_DIAG_SQLSTATE);
        if (state.empty() || is_last(result.get()))
          cut_off(sentence_of(result.get()), false);
        failure.emplace(sentence_of(result.get()), state, false, false);
      }
    if (failure) {
      prepared_.erase(each.what.name);
      throw postgres_failure{*failure};
    }
  }
}

void postgres_connection::begin(std::optional<std::chrono::milliseconds> patience) {
  if (!handle_)
    throw postgres_failure{"closed after a failure", "", false, true};
  deadline_ = std::chrono::steady_clock::now() + patience.value_or(patience_);
  is_out_ = false;
  is_syncing_ = false;
  is_warned_ = false;
}

void postgres_connection::send(const postgres_call& call) {
  const auto& values = call.with.all();
  std::vector<const char*> pointers;
  std::vector<int> lengths;
  for (const auto& each : values) {
    pointers.push_back(each ? each->data() : nullptr);
    lengths.push_back(each ? static_cast<int>(each->size()) : 0);
  }
  std::vector<int> formats(values.size(), binary);
  if (PQsendQueryPrepared(handle_.get(), call.what.name.c_str(), static_cast<int>(values.size()),
                          pointers.data(), lengths.data(), formats.data(), binary)
      == 0)
    cut_off(last_words(), false);
}

void postgres_connection::send_sync() {
  is_out_ = true;
  if (PQpipelineSync(handle_.get()) == 0)
    cut_off(last_words(), is_out_);
}

postgres_outcome postgres_connection::receive() {
  is_syncing_ = false;
  auto result = next();
  if (!result)
    cut_off("an answer is missing", is_out_);
  postgres_outcome outcome;
  if (!is_good(result.get())) {
    outcome.sentence = sentence_of(result.get());
    outcome.state = field_of(result.get(), PG_DIAG_SQLSTATE);
    auto is_skipped = PQresultStatus(result.get()) == PGRES_PIPELINE_ABORTED;
    if (!is_skipped && outcome.state.empty())
      cut_off(outcome.sentence, is_out_);
    // It ended before it had done this one, so nothing of the transaction was committed.
    if (is_last(result.get()))
      cut_off(outcome.sentence, false, outcome.state);
  } else {
    outcome.rows.emplace(std::move(result));
  }
  while (next())
    ;
  return outcome;
}

void postgres_connection::receive_sync(bool commits) {
  is_syncing_ = true;
  auto result = next();
  if (result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
    if (commits && is_warned_)
      cut_off("committed with a warning: a standby may lack it", true);
    is_syncing_ = false;
    return;
  }
  // A commit can fail as well. What a server says as it goes may come after the commit.
  auto state = result ? field_of(result.get(), PG_DIAG_SQLSTATE) : std::string{};
  auto is_certain = !state.empty() && !is_last(result.get());
  cut_off(result ? sentence_of(result.get()) : "an answer is missing",
          commits && is_out_ && !is_certain, state);
}

postgres_result postgres_connection::next() {
  for (;;) {
    auto left = PQflush(handle_.get());
    // Of a connection that has ended what had arrived is still read, and then how it ended.
    if (PQstatus(handle_.get()) == CONNECTION_BAD || PQisBusy(handle_.get()) == 0)
      return postgres_result{PQgetResult(handle_.get())};
    auto rest
      = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    pollfd ready{PQsocket(handle_.get()), POLLIN, 0};
    if (left == 1)
      ready.events |= POLLOUT;
    auto found = rest <= 0ms ? 0 : ::poll(&ready, 1, static_cast<int>(rest.count()));
    if (found == 0)
      cut_off("no answer from the database in time", is_out_);
    if (found < 0 && errno != EINTR)
      cut_off("the connection cannot be waited for", is_out_);
    if (found > 0 && (ready.revents & ~POLLOUT) != 0)
      static_cast<void>(PQconsumeInput(handle_.get()));
  }
}

void postgres_connection::cut_off(const std::string& why, bool may_be_stored,
                                  const std::string& state) {
  // The words may be the handle's own.
  postgres_failure failure{why, state, may_be_stored, true};
  handle_.reset();
  prepared_.clear();
  throw postgres_failure{failure};
}

std::string postgres_connection::last_words() const {
  return one_line(PQerrorMessage(handle_.get()));
}

} // namespace salon
