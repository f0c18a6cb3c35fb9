#include "tests/simulation/simulation.hpp"

#include "base/log.hpp"
#include "messages/desk_messages.hpp"
#include "tests/simulation/checker.hpp"
#include "tests/simulation/person.hpp"
#include "tests/simulation/shared_log.hpp"
#include "tests/simulation/simulated_node.hpp"
#include "tests/support/simulated_network.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/init_global_meta_objects.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace salon::simulation {

namespace {

constexpr std::size_t node_count = 3;
constexpr std::size_t chaos_ticks = 160;
constexpr std::size_t mending_ticks_min = 60;
constexpr std::size_t mending_ticks_max = 400;
constexpr std::size_t last_ticks = 30;
constexpr std::size_t steps_of_tick_max = 20'000;
constexpr auto tick_ms = std::int64_t{50};

struct configuration : caf::actor_system_config {
  configuration() {
    // Everything is hosted; CAF's own threads have nothing to do.
    set("caf.scheduler.max-threads", 1);
  }
};

std::unique_ptr<shard> make_shard(caf::actor_system& system, std::size_t index) {
  shard_options options;
  options.stepped = true;
  return std::make_unique<shard>(system, index, options);
}

std::shared_ptr<const namespaces> make_namespaces() {
  room_options durable;
  durable.history_size = 10'000;
  durable.idle_close = std::chrono::seconds{2};
  auto fleeting = durable;
  fleeting.durability = durability::none;
  return std::make_shared<const namespaces>(
    room_options{},
    std::map<std::string, room_options, std::less<>>{{"log", durable}, {"mem", fleeting}});
}

/// A machine: it stays, processes on it come and go.
struct machine {
  std::unique_ptr<shard> home;
  std::unique_ptr<shard> disk;
  std::unique_ptr<simulated_node> node;
  std::vector<std::unique_ptr<seat>> left_behind;
  std::int64_t clock = 0;  ///< Milliseconds, as the machine counts them.
  std::size_t ticks = 0;   ///< Counted in them.
  std::size_t home_at = 0; ///< Ticks that the thread has seen.
  std::size_t disk_at = 0;
  int drift = 0; ///< 1: it gains a tick in twenty; -1: it loses one.
  bool frozen = false;
  bool disk_slow = false;
};

class world final : public surroundings {
public:
  world(std::uint64_t seed, const std::function<void(const std::string&)>& tell)
    : chance_(seed),
      tell_(tell),
      judge_(log_),
      rooms_(make_namespaces()) {
    // nop
  }

  ~world() {
    clear_up();
  }

  world(const world&) = delete;
  world& operator=(const world&) = delete;

  outcome run();

  // surroundings
  lot& chance() override {
    return chance_;
  }
  checker& judge() override {
    return judge_;
  }
  std::size_t now() const override {
    return now_;
  }
  bool is_calm() const override {
    return is_calm_;
  }
  void note(const std::string& line) override;
  std::optional<std::size_t> some_node() override;
  bool answers(std::size_t node) const override {
    return machines_[node].node && !machines_[node].frozen;
  }
  std::unique_ptr<seat> sit_down(std::size_t node, seat_user& who) override {
    auto& on = *machines_[node].node;
    return std::make_unique<seat>(on.fanout(), on.home(), ++clients_, who);
  }
  void leave_behind(std::size_t node, std::unique_ptr<seat> what) override {
    machines_[node].left_behind.push_back(std::move(what));
  }

private:
  using event = std::function<void()>;

  void set_up();
  void clear_up();

  // what breaks
  void break_something();
  void later(std::size_t ticks, event what);
  void mend_all();
  void start(std::size_t index);
  void kill(std::size_t index);
  void freeze(std::size_t index);
  void thaw(std::size_t index);
  void cut(std::size_t one, std::size_t other);
  void delay(std::size_t from, std::size_t to);
  void trouble_store(std::size_t index);
  void move_some_room();
  void drain(std::size_t index);

  // how time goes
  void tick();
  void pass_time(std::size_t index);
  std::size_t ready() const;
  void step(std::size_t which);
  void run_some(std::vector<event> happens);

  // the end
  std::string unsettled() const;
  void finish();

  lot chance_;
  const std::function<void(const std::string&)>& tell_;
  configuration options_;
  caf::actor_system system_{options_};
  shared_log log_;
  checker judge_;
  testing::simulated_network net_;
  std::shared_ptr<const namespaces> rooms_;
  std::array<machine, node_count> machines_;
  std::vector<room_id> names_;
  std::vector<std::unique_ptr<person>> people_;
  std::multimap<std::size_t, event> agenda_;
  std::size_t now_ = 0;
  std::uint32_t clients_ = 0;
  std::uint32_t lives_ = 0;
  bool is_calm_ = false;
  std::size_t steps_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325;
};

// -- beginning and end --------------------------------------------------------

void world::set_up() {
  for (std::size_t i = 0; i < node_count; ++i) {
    auto& each = machines_[i];
    each.home = make_shard(system_, 2 * i);
    each.disk = make_shard(system_, 2 * i + 1);
    // Clocks do not show the same time, and do not go at the same speed.
    each.ticks = chance_.one_of(200);
    each.drift = static_cast<int>(chance_.one_of(3)) - 1;
    pass_time(i);
    start(i);
  }
  for (auto kind : {"log:", "log:", "mem:", "mem:"})
    names_.push_back(kind + std::to_string(chance_.one_of(1000)) + std::to_string(names_.size()));
  auto count = chance_.between(4, 7);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<room_id> rooms;
    for (const auto& each : names_)
      if (chance_.once_in(2))
        rooms.push_back(each);
    if (rooms.empty())
      rooms.push_back(names_[chance_.one_of(names_.size())]);
    people_.push_back(
      std::make_unique<person>("p" + std::to_string(i), *this, rooms, !chance_.once_in(3)));
  }
}

void world::clear_up() {
  for (auto& each : people_)
    each->end();
  for (std::size_t i = 0; i < node_count; ++i)
    if (machines_[i].home)
      kill(i);
  people_.clear();
  while (ready() > 0)
    step(0);
  for (auto& each : machines_)
    each.left_behind.clear();
  // A system waits for its last actor, for ever: that would be a leak.
  auto left = system_.registry().running();
  if (left != 0) {
    std::fprintf(stderr, "%zu actors are left\n", left);
    std::abort();
  }
}

void world::note(const std::string& line) {
  for (auto c : line) {
    trace_ ^= static_cast<unsigned char>(c);
    trace_ *= 0x100000001b3;
  }
  if (tell_)
    tell_(std::to_string(now_) + ' ' + line);
}

std::optional<std::size_t> world::some_node() {
  std::vector<std::size_t> those;
  for (std::size_t i = 0; i < node_count; ++i)
    if (answers(i))
      those.push_back(i);
  if (those.empty())
    return std::nullopt;
  return those[chance_.one_of(those.size())];
}

// -- what breaks --------------------------------------------------------------

void world::later(std::size_t ticks, event what) {
  agenda_.emplace(now_ + ticks, std::move(what));
}

void world::start(std::size_t index) {
  auto& where = machines_[index];
  if (where.node)
    return;
  node_info self;
  self.name = "n" + std::to_string(index);
  self.address = testing::simulated_network::address_of(index);
  self.life.bytes[0] = static_cast<std::uint8_t>(index + 1);
  self.life.bytes[1] = static_cast<std::uint8_t>(++lives_);
  node_place place{*where.home, *where.disk, net_.plug_in(index), log_, where.clock, rooms_, {}};
  for (std::size_t i = 0; i < node_count; ++i)
    place.join.push_back(testing::simulated_network::address_of(i));
  note("start " + self.name);
  where.node = std::make_unique<simulated_node>(place, self);
}

void world::kill(std::size_t index) {
  auto& where = machines_[index];
  if (!where.node)
    return;
  note("kill n" + std::to_string(index));
  thaw(index);
  net_.unplug(index);
  for (auto& each : people_)
    if (each->node() == index)
      each->lose_seat();
  for (auto& each : where.left_behind)
    each->end();
  where.node->end();
  where.node = nullptr;
  where.left_behind.clear();
}

void world::freeze(std::size_t index) {
  note("freeze n" + std::to_string(index));
  machines_[index].frozen = true;
  net_.freeze(index);
}

void world::thaw(std::size_t index) {
  auto& where = machines_[index];
  if (!std::exchange(where.frozen, false))
    return;
  note("thaw n" + std::to_string(index));
  net_.freeze(index, false);
  // It finds that some who were there have gone.
  for (auto& each : where.left_behind)
    each->end();
}

void world::cut(std::size_t one, std::size_t other) {
  note("cut n" + std::to_string(one) + " n" + std::to_string(other));
  net_.cut(one, other);
  later(chance_.between(1, 60), [this, one, other] {
    note("heal n" + std::to_string(one) + " n" + std::to_string(other));
    net_.heal(one, other);
  });
}

void world::delay(std::size_t from, std::size_t to) {
  net_.hold(from, to);
  later(chance_.between(1, 12), [this, from, to] { net_.hold(from, to, false); });
}

void world::trouble_store(std::size_t index) {
  auto& where = machines_[index];
  auto& account = where.node->account();
  switch (chance_.one_of(4)) {
  case 0:
    note("store away from n" + std::to_string(index));
    account.reachable = false;
    later(chance_.between(1, 40), [this, index] {
      if (machines_[index].node)
        machines_[index].node->account().reachable = true;
    });
    break;
  case 1:
    note("store mute for n" + std::to_string(index));
    account.next = shared_log::fate::stored_unknown;
    break;
  case 2:
    note("store loses for n" + std::to_string(index));
    account.next = shared_log::fate::lost_unknown;
    break;
  default:
    note("store slow for n" + std::to_string(index));
    where.disk_slow = true;
    later(chance_.between(1, 40), [this, index] { machines_[index].disk_slow = false; });
  }
}

// By way of any node, to any: also to one that is away, or that has it.
void world::move_some_room() {
  auto by = some_node();
  if (!by)
    return;
  control_request wanted;
  wanted.what = control_request::action::move;
  wanted.room = names_[chance_.one_of(names_.size())];
  wanted.node = "n" + std::to_string(chance_.one_of(node_count));
  note("move " + wanted.room + " to " + wanted.node);
  machines_[*by].node->order(std::move(wanted));
}

// It is stopped some time later, whether or not all of its rooms have gone.
void world::drain(std::size_t index) {
  auto by = some_node();
  if (!by)
    return;
  control_request wanted;
  wanted.what = control_request::action::drain;
  wanted.node = "n" + std::to_string(index);
  note("drain " + wanted.node);
  machines_[*by].node->order(std::move(wanted));
  auto time = chance_.between(1, 60);
  later(time, [this, index] { kill(index); });
  later(time + chance_.between(1, 20), [this, index] { start(index); });
}

void world::break_something() {
  auto some = [this] { return chance_.one_of(node_count); };
  if (chance_.once_in(60)) {
    auto whom = some();
    kill(whom);
    later(chance_.between(1, 40), [this, whom] { start(whom); });
  }
  if (chance_.once_in(50)) {
    auto whom = some();
    if (answers(whom)) {
      freeze(whom);
      later(chance_.between(1, 60), [this, whom] { thaw(whom); });
    }
  }
  if (chance_.once_in(50)) {
    auto one = some();
    cut(one, (one + 1) % node_count);
  }
  if (chance_.once_in(40)) {
    auto one = some();
    note("reset at n" + std::to_string(one));
    net_.reset(one, (one + 1) % node_count);
  }
  if (chance_.once_in(15))
    delay(some(), some());
  if (chance_.once_in(40)) {
    auto whom = some();
    if (machines_[whom].node)
      trouble_store(whom);
  }
  if (chance_.once_in(40))
    move_some_room();
  if (chance_.once_in(100))
    drain(some());
}

void world::mend_all() {
  note("all is mended");
  is_calm_ = true;
  // In the order in which it would have been mended anyway.
  for (auto& [when, what] : std::exchange(agenda_, {}))
    what();
  for (std::size_t i = 0; i < node_count; ++i)
    if (machines_[i].node)
      machines_[i].node->account().next = shared_log::fate::usual;
}

// -- how time goes ------------------------------------------------------------

void world::pass_time(std::size_t index) {
  auto& where = machines_[index];
  auto behind = [&where](std::size_t& at) {
    return timer_wheel::tick
           * static_cast<std::int64_t>(where.ticks - std::exchange(at, where.ticks));
  };
  if (where.frozen)
    return;
  where.home->advance(behind(where.home_at));
  if (!where.disk_slow)
    where.disk->advance(behind(where.disk_at));
  if (where.node && !chance_.once_in(3))
    log_.renew(where.node->account(), where.clock);
}

std::size_t world::ready() const {
  std::size_t count = net_.ready();
  for (const auto& each : machines_) {
    if (each.frozen || !each.home)
      continue;
    count += each.home->ready();
    if (!each.disk_slow)
      count += each.disk->ready();
  }
  return count;
}

void world::step(std::size_t which) {
  ++steps_;
  for (auto& each : machines_) {
    if (each.frozen)
      continue;
    for (auto* thread : {each.home.get(), each.disk.get()}) {
      if (thread == each.disk.get() && each.disk_slow)
        continue;
      auto count = thread->ready();
      if (which < count) {
        thread->step(which);
        return;
      }
      which -= count;
    }
  }
  net_.step(which);
}

// What is due, what people do and what is on its way, mixed; all of it, or what a slow machine gets
// done.
void world::run_some(std::vector<event> happens) {
  auto budget = !is_calm_ && chance_.once_in(4) ? chance_.between(0, 60) : steps_of_tick_max;
  for (auto left = budget;;) {
    auto count = left > 0 ? ready() : 0;
    if (count + happens.size() == 0)
      return;
    auto which = chance_.one_of(count + happens.size());
    if (which >= count) {
      auto what = std::move(happens[which - count]);
      happens.erase(happens.begin() + static_cast<std::ptrdiff_t>(which - count));
      what();
    } else {
      step(which);
      if (--left == 0 && budget == steps_of_tick_max)
        judge_.complain("somebody does not come to rest");
    }
  }
}

void world::tick() {
  ++now_;
  log_.now += tick_ms;
  std::vector<event> happens;
  for (std::size_t i = 0; i < node_count; ++i) {
    auto& each = machines_[i];
    auto stumbles = now_ % 20 == i;
    auto ticks = stumbles ? static_cast<std::size_t>(1 + each.drift) : std::size_t{1};
    each.ticks += ticks;
    each.clock += static_cast<std::int64_t>(ticks) * tick_ms;
    happens.emplace_back([this, i] { pass_time(i); });
  }
  while (!agenda_.empty() && agenda_.begin()->first <= now_)
    happens.push_back(std::move(agenda_.extract(agenda_.begin()).mapped()));
  if (!is_calm_)
    happens.emplace_back([this] { break_something(); });
  for (auto& each : people_)
    happens.emplace_back([&each] { each->act(); });
  run_some(std::move(happens));
}

// -- the end ------------------------------------------------------------------

std::string world::unsettled() const {
  for (const auto& each : people_)
    if (auto why = each->waits_for(); !why.empty())
      return why;
  return {};
}

void world::finish() {
  std::vector<std::pair<room_id, std::uint64_t>> said;
  for (auto& each : people_)
    each->say_last_words(said);
  for (std::size_t i = 0; i < last_ticks && !judge_.complaint(); ++i)
    tick();
  if (auto why = unsettled(); !why.empty())
    judge_.complain(why + ", though all is well");
  if (judge_.complaint())
    return;
  std::map<room_id, std::set<std::uint32_t>> truth;
  for (const auto& room : names_)
    for (const auto& each : people_)
      if (each->is_in(room))
        truth[room].insert(each->client());
  for (const auto& each : people_) {
    for (const auto& [room, number] : said)
      if (each->is_in(room) && !each->has_heard(number))
        judge_.complain(each->name() + " does not hear " + std::to_string(number) + " in " + room);
    each->check_ends(truth);
  }
  judge_.look_at_all();
}

outcome world::run() {
  set_up();
  while (now_ < chaos_ticks && !judge_.complaint())
    tick();
  mend_all();
  auto begin = now_;
  while (!judge_.complaint()
         && (now_ < begin + mending_ticks_min
             || (!unsettled().empty() && now_ < begin + mending_ticks_max)))
    tick();
  if (auto why = unsettled(); !why.empty() && !judge_.complaint())
    judge_.complain(why + ", long after all was mended");
  if (!judge_.complaint())
    finish();
  note("in " + std::to_string(steps_) + " steps");
  auto what = judge_.complaint();
  if (what && tell_)
    tell_(std::to_string(now_) + " COMPLAINT " + *what);
  return {what, trace_, steps_};
}

} // namespace

outcome simulate(std::uint64_t seed, const std::function<void(const std::string&)>& tell) {
  world all{seed, tell};
  return all.run();
}

void prepare() {
  log::configure(std::getenv("SALON_TEST_LOG") ? log::level::debug : log::level::off,
                 log::format::text);
  caf::init_global_meta_objects<caf::id_block::salon>();
  caf::core::init_global_meta_objects();
}

} // namespace salon::simulation
