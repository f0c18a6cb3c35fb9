#include "tests/simulation/shared_log.hpp"

#include "base/mutants.hpp"

#include <algorithm>
#include <utility>

namespace salon::simulation {

namespace {

using pages = std::vector<publication_ptr>;

store_error out_of_reach() {
  return {store_errc::unavailable, "the database cannot be reached"};
}

} // namespace

void shared_log::renew(account& whose, std::int64_t own_now) {
  if (!whose.reachable || whose.dead)
    return;
  std::erase_if(holders_, [this](const auto& x) { return x.second.expires <= now; });
  std::vector<lease_holder> holders;
  for (const auto& [life, each] : holders_)
    holders.push_back(each);
  if (whose.contest.is_lost({whose.life, whose.name}, whose.company, holders)) {
    holders_.erase(whose.life);
    whose.expires = 0;
    whose.believes_until = 0;
    return;
  }
  if (whose.lease == 0 || whose.expires <= now)
    whose.lease = ++leases_;
  whose.expires = now + lease_ms;
  holders_[whose.life] = {whose.life, whose.name, whose.company.number, whose.expires};
  whose.believes_until = own_now + lease_ms - margin_ms;
}

const std::vector<publication_ptr>& shared_log::log_of(const room_id& room) const {
  static const std::vector<publication_ptr> nothing;
  auto i = rooms_.find(room);
  return i == rooms_.end() ? nothing : i->second.log;
}

const std::string& shared_log::epoch_of(const room_id& room) const {
  static const std::string none;
  auto i = rooms_.find(room);
  return i == rooms_.end() ? none : i->second.record.epoch;
}

// What a reader can do, and the store as well.
template <class Base>
class shared_log::reading : public Base {
public:
  reading(shared_log& of, account_ptr whose) : of_(of), whose_(std::move(whose)) {
    // nop
  }

  store_result<pages> since(const room_id& room, std::uint64_t offset, page_limits most) override {
    if (!whose_->reachable)
      return out_of_reach();
    pages result;
    const auto& log = of_.log_of(room);
    for (auto i = offset; i < log.size() && result.size() < most.publications_max; ++i)
      result.push_back(log[i]);
    return result;
  }

  store_result<pages> before(const room_id& room, std::uint64_t offset, page_limits most) override {
    if (!whose_->reachable)
      return out_of_reach();
    pages result;
    const auto& log = of_.log_of(room);
    for (auto i = std::min<std::uint64_t>(offset - 1, log.size());
         i > 0 && result.size() < most.publications_max; --i)
      result.push_back(log[i - 1]);
    return result;
  }

  store_result<std::vector<room_record>> rooms(const std::string&, std::size_t) override {
    return std::vector<room_record>{};
  }

  store_result<std::optional<room_record>> find(const room_id& room) override {
    auto i = of_.rooms_.find(room);
    return i == of_.rooms_.end() ? std::nullopt : std::optional{i->second.record};
  }

  store_result<std::vector<stored_key>> keys(const room_id& room) override {
    auto i = of_.rooms_.find(room);
    return i == of_.rooms_.end() ? std::vector<stored_key>{} : i->second.keys;
  }

protected:
  shared_log& of_;
  account_ptr whose_;
};

class shared_log::node_store final : public reading<history_store> {
public:
  using reading::reading;

  store_result<opened_room> open_room(const open_order& what) override {
    if (!whose_->reachable || whose_->dead || whose_->lease == 0 || whose_->expires <= of_.now)
      return out_of_reach();
    auto [i, is_new] = of_.rooms_.try_emplace(what.room);
    auto& room = i->second;
    if (is_new) {
      room.record.room = what.room;
      room.record.epoch = what.fresh_epoch;
      room.record.last_publish = what.now;
    }
    if (!is_ours(room)) {
      const auto& holder = room.holder;
      if (holder && holder->lease == room.lease && holder->expires > of_.now)
        return store_error{store_errc::elsewhere, holder->name};
      ++room.record.term;
      room.holder = whose_;
      room.lease = whose_->lease;
    }
    room.record.durability = what.durability;
    room.record.kept = what.kept;
    return opened_room{room.record, room.keys};
  }

  store_error add_room(const room_record&, const entry_source&) override {
    return out_of_reach();
  }

  append_result append(const std::vector<append_order>& orders) override {
    auto fails = !whose_->reachable || whose_->dead;
    auto fate = std::exchange(whose_->next, fate::usual);
    append_result result;
    for (const auto& order : orders) {
      auto code = fails ? store_errc::unavailable : misfit(order);
      if (code == store_errc::none && fate != fate::lost_unknown)
        store(order);
      if (code == store_errc::none && fate != fate::usual)
        code = store_errc::unknown;
      result.each.push_back(code);
      if (code != store_errc::none)
        result.sentence = "simulated";
    }
    return result;
  }

  store_result<bool> trim(const room_id&, std::int64_t, std::size_t, bool) override {
    return false;
  }

  store_result<std::vector<room_id>> overdue(std::int64_t, std::size_t) override {
    return std::vector<room_id>{};
  }

  std::unique_ptr<history_reader> make_reader() override {
    return std::make_unique<reading<history_reader>>(of_, whose_);
  }

  store_error release_room(const room_id& name) override {
    auto i = of_.rooms_.find(name);
    if (!whose_->reachable || whose_->dead)
      return out_of_reach();
    if (i != of_.rooms_.end() && is_ours(i->second))
      i->second.holder = nullptr;
    return {};
  }

  store_result<std::uint64_t> checkpoint() override {
    return std::uint64_t{0};
  }

  store_error recover() override {
    return whose_->reachable ? store_error{} : out_of_reach();
  }

private:
  bool is_ours(const stored_room& room) const {
    return room.holder == whose_ && room.lease == whose_->lease;
  }

  store_errc misfit(const append_order& order) const {
    auto i = of_.rooms_.find(order.room);
    if (i == of_.rooms_.end() || order.epoch != i->second.record.epoch)
      return store_errc::conflict;
    const auto& room = i->second;
    auto in_charge = is_ours(room) && order.term == room.record.term && whose_->expires > of_.now;
    // What a log without terms does: who writes last is right.
    if (!in_charge && has_mutant("no fencing"))
      return store_errc::none;
    auto fits = order.entries.empty() || order.entries.front().pub->offset == room.log.size() + 1;
    return in_charge && fits ? store_errc::none : store_errc::conflict;
  }

  void store(const append_order& order) {
    auto& room = of_.rooms_[order.room];
    for (const auto& entry : order.entries) {
      const auto& pub = entry.pub;
      if (room.log.size() < pub->offset)
        room.log.resize(pub->offset);
      room.log[pub->offset - 1] = pub;
      if (pub->is_keyed())
        room.keys.push_back({pub->info ? pub->info->user : std::string{}, pub->key, entry.data_hash,
                             pub->offset, pub->time});
      room.record.last_publish = pub->time;
    }
    room.record.top = room.log.size();
  }
};

std::unique_ptr<history_store> shared_log::store_of(account_ptr whose) {
  return std::make_unique<node_store>(*this, std::move(whose));
}

} // namespace salon::simulation
