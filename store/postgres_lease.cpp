#include "store/postgres_lease.hpp"

#include "store/postgres_error.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace salon {

namespace {

const postgres_statement extend_statement{
  "extend", "UPDATE salon.nodes SET expires = clock_timestamp() + $3::bigint * interval '1 ms',"
            " company = $4::bigint WHERE life = $1::text::uuid AND lease = $2::bigint AND NOT ended"
            " AND expires > clock_timestamp() RETURNING lease"};

const postgres_statement take_statement{
  "take", "INSERT INTO salon.nodes(life, name, lease, expires, company) VALUES($1::text::uuid,"
          " $2::text, nextval('salon.leases'), clock_timestamp() + $3::bigint * interval '1 ms',"
          " $4::bigint)"
          " ON CONFLICT (life) DO UPDATE SET name = excluded.name, lease = excluded.lease,"
          " expires = excluded.expires, ended = false, company = excluded.company RETURNING lease"};

const postgres_statement holders_statement{
  "holders", "SELECT life::text, name, company, (extract(epoch FROM expires) * 1000000)::bigint"
             " FROM salon.nodes WHERE NOT ended AND expires > clock_timestamp()"};

// Nodes that are long gone. A room whose home names a lease that is not there belongs to nobody.
const postgres_statement forget_statement{
  "forget", "DELETE FROM salon.nodes WHERE life IN (SELECT life FROM salon.nodes"
            " WHERE expires < clock_timestamp() - interval '1 hour' FOR UPDATE SKIP LOCKED)"};

const postgres_statement end_statement{
  "end", "UPDATE salon.nodes SET ended = true WHERE life = $1::text::uuid"};

// A renewal that comes late is of no use.
postgres_options hasty(postgres_options options) {
  options.request_timeout = std::min(options.request_timeout, options.lease_ttl / 2);
  return options;
}

} // namespace

postgres_lease::postgres_lease(postgres_options options)
  : options_(hasty(std::move(options))),
    place_(shown_postgres_url(options_.url)) {
  // nop
}

store_error postgres_lease::renew() {
  std::lock_guard lock{mutex_};
  lease_company ours;
  {
    std::lock_guard quick{company_mutex_};
    ours = company_;
  }
  auto done = attempt_with_postgres(place_, [&] {
    connect();
    if (has_lost(ours)) {
      give_up();
      return false;
    }
    if (!extend(ours))
      take(ours);
    return true;
  });
  if (done && *done)
    return {};
  if (done)
    return {store_errc::unavailable, "nodes out of reach hold leases: rooms are at home there"};
  connection_.reset();
  return {store_errc::unavailable, done.error().sentence};
}

void postgres_lease::work_with(lease_company those) {
  std::lock_guard lock{company_mutex_};
  company_ = std::move(those);
}

void postgres_lease::connect() {
  if (connection_ && connection_->is_alive())
    return;
  connection_.reset();
  connection_ = std::make_unique<postgres_connection>(options_, "lease");
}

bool postgres_lease::has_lost(const lease_company& ours) {
  if (ours.lives.empty())
    return false;
  auto rows = connection_->run(holders_statement, {});
  std::vector<lease_holder> holders;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    postgres_row next{rows, i};
    holders.push_back({next.text(), next.text(), next.count(), next.number()});
  }
  return contest_.is_lost({to_string(options_.life), options_.node_name}, ours, holders);
}

bool postgres_lease::extend(const lease_company& ours) {
  if (number() == 0)
    return false;
  auto sent = now();
  auto rows = connection_->run(extend_statement, postgres_values{}
                                                   .text(to_string(options_.life))
                                                   .count(number())
                                                   .number(options_.lease_ttl.count())
                                                   .count(ours.number));
  if (rows.size() == 0)
    return false;
  valid_until_ = (sent + options_.lease_ttl - options_.lease_margin).count();
  return true;
}

void postgres_lease::take(const lease_company& ours) {
  // Whoever looks in between finds none, rather than the old one with a new time.
  valid_until_ = 0;
  auto sent = now();
  auto answers = connection_->run({{take_statement, postgres_values{}
                                                      .text(to_string(options_.life))
                                                      .text(options_.node_name)
                                                      .number(options_.lease_ttl.count())
                                                      .count(ours.number)},
                                   {forget_statement, {}}});
  number_ = static_cast<std::uint64_t>(answers.front().number(0, 0));
  valid_until_ = (sent + options_.lease_ttl - options_.lease_margin).count();
}

std::uint64_t postgres_lease::valid_number() const noexcept {
  auto known = number_.load();
  // The number first: one that changes meanwhile belongs to a time that is over.
  if (now().count() >= valid_until_.load() || known != number_.load())
    return 0;
  return known;
}

store_error postgres_lease::end() {
  std::lock_guard lock{mutex_};
  valid_until_ = 0;
  if (number() == 0)
    return {};
  auto done = attempt_with_postgres(place_, [this] {
    connect();
    give_up();
    return true;
  });
  if (done)
    return {};
  connection_.reset();
  return {store_errc::unavailable, done.error().sentence};
}

void postgres_lease::give_up() {
  valid_until_ = 0;
  connection_->run(end_statement, postgres_values{}.text(to_string(options_.life)));
}

std::chrono::nanoseconds postgres_lease::now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

} // namespace salon
