// Every order in which subscribe, publish, delivery and leaving can meet, for two members.
#include "actors/room.hpp"
#include "tests/actors/fanout_fixture.hpp"
#include "tests/support/all_choices.hpp"
#include "tests/support/deaf_audience.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;

namespace {

/// What a member may do, one after the other.
enum class act { enter, recover, leave, close };

using acts = std::vector<act>;

/// What a member has a right to expect, checked line by line as it comes.
struct expectation {
  std::uint64_t next = 0; ///< 0: nothing at all.
  std::size_t seen = 0;
  std::string complaint;

  void check(const lines& log) {
    for (; seen < log.size() && complaint.empty(); ++seen)
      check(log[seen]);
  }

  void check(const std::string& line) {
    constexpr std::string_view entered = "entered lobby ";
    constexpr std::string_view recovered = "recovered lobby ";
    if (line.starts_with(entered) && next == expects_answer) {
      next = std::stoull(line.substr(entered.size())) + 1;
    } else if (line.starts_with(recovered) && next == expects_answer) {
      auto top = std::stoull(line.substr(recovered.size()));
      auto all = std::string{recovered} + std::to_string(top) + ':';
      for (std::uint64_t i = 1; i <= top; ++i)
        all += ' ' + std::to_string(i);
      if (line != all)
        complaint = line + " is not all of " + all;
      next = top + 1;
    } else if (next != 0 && next != expects_answer && line == payload(next)) {
      ++next;
    } else {
      complaint = "unexpected: " + line;
    }
  }

  static std::string payload(std::uint64_t offset) {
    return R"({"push":{"channel":"lobby","pub":{"data":1,"offset":)" + std::to_string(offset)
           + "}}}";
  }

  static constexpr std::uint64_t expects_answer = ~std::uint64_t{0};
};

/// Two members and a publisher go through their acts in an order that `choices` decides.
class play {
public:
  play(fanout_fixture& fixture, const audience_actor& publisher)
    : f_(fixture),
      publisher_(publisher) {
    // nop
  }

  /// Returns what went wrong; empty: nothing.
  std::string run(all_choices& choices, const acts& first, const acts& second,
                  std::size_t publications, bool room_in_turn) {
    open(first, second, publications);
    room_in_turn_ = room_in_turn;
    while (complaint_.empty() && step(choices))
      check();
    settle();
    check_quiet(publications);
    clean_up();
    return complaint_;
  }

private:
  struct part {
    guest* who = nullptr;
    acts todo;
    std::size_t done = 0;
    bool in = false;
    expectation expects;
  };

  // The room is there and known to the fanout, and empty.
  void open(const acts& first, const acts& second, std::size_t publications) {
    auto& opener = f_.add("opener");
    opener.enter("lobby");
    settle();
    opener.end();
    settle();
    parts_[0] = {&f_.add("ana"), first, 0, false, {}};
    parts_[1] = {&f_.add("bob"), second, 0, false, {}};
    publications_ = publications;
    complaint_.clear();
  }

  bool step(all_choices& choices) {
    std::vector<std::function<void()>> options;
    for (auto& each : parts_)
      if (each.done < each.todo.size())
        options.emplace_back([this, &each] { perform(each); });
    if (publications_ > 0)
      options.emplace_back([this] { publish_one(); });
    if (f_.shards[0].ready() > 0)
      options.emplace_back([this] { f_.shards[0].step(); });
    if (f_.shards[1].ready() > 0)
      options.emplace_back([this] { f_.shards[1].step(); });
    if (options.empty())
      return false;
    options[options.size() == 1 ? 0 : choices.choose(options.size())]();
    if (!room_in_turn_)
      drain(1);
    drain(2);
    return true;
  }

  void perform(part& who) {
    switch (who.todo[who.done++]) {
    case act::enter:
      who.who->enter("lobby");
      who.in = true;
      who.expects.next = expectation::expects_answer;
      return;
    case act::recover: {
      fanout_state::entry_request request;
      request.recover = true;
      who.who->enter("lobby", request);
      who.in = true;
      who.expects.next = expectation::expects_answer;
      return;
    }
    case act::leave:
      check();
      who.who->leave("lobby");
      who.in = false;
      who.expects.next = 0;
      return;
    case act::close:
      check();
      who.who->end();
      who.in = false;
      who.expects.next = 0;
      return;
    }
  }

  void publish_one() {
    --publications_;
    auto order = std::make_shared<publish_order>();
    order->data = "1";
    tell(f_.rooms().at("lobby"), publish{publisher_, 1, order});
  }

  void check() {
    for (auto& each : parts_) {
      each.expects.check(each.who->log());
      if (complaint_.empty())
        complaint_ = each.expects.complaint;
    }
  }

  void check_quiet(std::size_t publications) {
    check();
    std::int64_t here = 0;
    for (auto& each : parts_) {
      here += each.in ? 1 : 0;
      if (complaint_.empty() && each.in && each.expects.next != publications + 1)
        complaint_ = "expects " + std::to_string(each.expects.next) + " at the end";
      if (complaint_.empty() && each.in != each.who->is_in("lobby"))
        complaint_ = "thrown out";
    }
    if (complaint_.empty() && f_.counts->members.value() != here)
      complaint_ = "the room has " + std::to_string(f_.counts->members.value()) + " members";
  }

  void drain(std::size_t shard) {
    while (f_.shards[shard].step())
      continue;
  }

  void settle() {
    while (f_.shards.step())
      continue;
  }

  void clean_up() {
    for (auto& each : parts_)
      each.who->end();
    settle();
    f_.kill_room();
    settle();
    f_.clear_guests();
    if (complaint_.empty() && f_.counts->members.value() != 0)
      complaint_ = "members are left behind";
  }

  fanout_fixture& f_;
  audience_actor publisher_;
  part parts_[2];
  std::size_t publications_ = 0;
  bool room_in_turn_ = false;
  std::string complaint_;
};

/// Plays all orders there are, up to `most`; how many there were.
std::size_t play_all(const acts& first, const acts& second, std::size_t publications,
                     fanout_options options, bool room_in_turn = false) {
  options.slice_members = 1;
  fanout_fixture f{options, 3};
  f.make_room = [&f](const room_id& id, const directory_actor& directory) {
    room_options rules;
    rules.join_leave = false;
    return spawn_room(id, rules, {f.shards[1], directory, *f.counts, connection_options{}, 1024});
  };
  auto publisher = spawn_on<deaf_audience, audience_actor>(f.shards[2]).handle;
  play stage{f, publisher};
  all_choices choices;
  std::size_t count = 0;
  do {
    auto complaint = stage.run(choices, first, second, publications, room_in_turn);
    if (!complaint.empty()) {
      CAPTURE(choices.text());
      FAIL_CHECK(complaint);
      break;
    }
    ++count;
  } while (choices.next());
  dismiss(publisher);
  return count;
}

} // namespace

TEST_CASE("interleaving: one closes, one leaves, three are published",
          "[actors][fanout][interleaving]") {
  auto count = play_all({act::enter, act::close}, {act::enter, act::leave}, 3, {});
  CHECK(count > 70'000);
}

TEST_CASE("interleaving: one leaves and comes back, one stays, three are published",
          "[actors][fanout][interleaving]") {
  auto count = play_all({act::enter, act::leave, act::enter}, {act::enter}, 3, {});
  CHECK(count > 40'000);
}

TEST_CASE("interleaving: two recover with room for one held publication",
          "[actors][fanout][interleaving]") {
  fanout_options options;
  options.held_publications_max = 1;
  auto count = play_all({act::recover, act::close}, {act::recover}, 3, options);
  CHECK(count > 9'000);
}

TEST_CASE("interleaving: the room takes its time", "[actors][fanout][interleaving]") {
  auto count = play_all({act::enter, act::close}, {act::enter}, 1, {}, true);
  CHECK(count > 6'000);
}

TEST_CASE("interleaving: the room takes its time with two publications",
          "[.slow][actors][fanout][interleaving]") {
  auto count = play_all({act::enter, act::close}, {act::enter}, 2, {}, true);
  CHECK(count > 200'000);
}

TEST_CASE("interleaving: the room takes its time while two recover",
          "[.slow][actors][fanout][interleaving]") {
  fanout_options options;
  options.held_publications_max = 1;
  auto count = play_all({act::recover, act::close}, {act::enter}, 2, options, true);
  CHECK(count > 200'000);
}
