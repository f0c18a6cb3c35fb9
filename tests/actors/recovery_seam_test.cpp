// Where recovery ends and live begins: every order in which a subscribe with a position, publishes,
// commits, reads and trims can meet.
#include "actors/history.hpp"
#include "actors/log_reader.hpp"
#include "actors/room.hpp"
#include "tests/actors/fanout_fixture.hpp"
#include "tests/support/all_choices.hpp"
#include "tests/support/deaf_audience.hpp"
#include "tests/support/scripted_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;

namespace {

constexpr std::size_t room_shard = 1;
constexpr std::size_t log_shard = 2;
constexpr std::size_t reader_shard = 3;

/// Ana comes back to a durable room that has three publications in its log, none in its window,
/// and has read the first of them.
class comeback {
public:
  explicit comeback(room_options rules) {
    rules.join_leave = false;
    history_options options;
    storage_
      = {spawn_history(f_.shards[log_shard], store_, *f_.counts, options),
         spawn_log_reader(f_.shards[reader_shard], store_.make_reader(), *f_.counts, options),
         options};
    f_.make_room = [this, rules](const room_id& id, const directory_actor& directory) {
      return spawn_room(
        id, rules,
        {f_.shards[room_shard], directory, *f_.counts, connection_options{}, 1024, storage_});
    };
    publisher_ = spawn_on<deaf_audience, audience_actor>(f_.shards[reader_shard]).handle;
  }

  comeback(const comeback&) = delete;
  comeback& operator=(const comeback&) = delete;

  ~comeback() {
    dismiss(publisher_);
    dismiss(storage_.log);
    dismiss(storage_.reader);
    storage_ = {};
    settle();
  }

  /// Returns what went wrong; empty: nothing.
  std::string run(all_choices& choices, std::size_t publications, std::size_t trims) {
    open();
    publications_ = publications;
    trims_ = trims;
    entered_ = false;
    while (step(choices))
      continue;
    settle();
    auto complaint = judge(publications);
    ana_->end();
    settle();
    f_.clear_guests();
    return complaint;
  }

  std::size_t recovered = 0;   ///< Runs in which Ana got all.
  std::size_t unrecovered = 0; ///< Runs in which she was told that she could not.

private:
  // A room without a window, whose log goes on from where it was.
  void open() {
    if (f_.rooms().count("lobby") > 0) {
      f_.kill_room();
      settle();
    }
    auto& opener = f_.add("opener");
    opener.enter("lobby");
    settle();
    for (auto i = 0; i < 3; ++i)
      publish_one();
    settle();
    opener.end();
    settle();
    f_.kill_room();
    settle();
    auto& second = f_.add("second");
    second.enter("lobby");
    settle();
    second.end();
    settle();
    auto record = store_.find("lobby");
    REQUIRE((record.has_value() && record->has_value()));
    top_ = (*record)->top;
    epoch_ = (*record)->epoch;
    ana_ = &f_.add("ana");
  }

  bool step(all_choices& choices) {
    std::vector<std::function<void()>> options;
    if (!entered_)
      options.emplace_back([this] { come_back(); });
    if (publications_ > 0)
      options.emplace_back([this] {
        --publications_;
        publish_one();
      });
    if (trims_ > 0)
      options.emplace_back([this] {
        --trims_;
        (void)store_.trim("lobby", 0, 1, true);
      });
    if (f_.shards[room_shard].ready() > 0)
      options.emplace_back([this] { f_.shards[room_shard].step(); });
    for (auto shard : {log_shard, reader_shard})
      if (f_.shards[shard].ready() > 0)
        options.emplace_back([this, shard] { drain(shard); });
    if (options.empty())
      return false;
    options[options.size() == 1 ? 0 : choices.choose(options.size())]();
    drain(0);
    return true;
  }

  void drain(std::size_t shard) {
    while (f_.shards[shard].step())
      continue;
  }

  void come_back() {
    entered_ = true;
    fanout_state::entry_request request;
    request.recover = true;
    request.positioned = true;
    request.since = {epoch_, top_ - 2};
    ana_->enter("lobby", request);
  }

  void publish_one() {
    auto order = std::make_shared<publish_order>();
    order->data = "1";
    tell(f_.rooms().at("lobby"), publish{publisher_, 1, order});
  }

  std::string judge(std::size_t publications) {
    const auto& log = ana_->log();
    if (log.empty())
      return "nothing came";
    auto next = top_ - 1;
    std::string recovery = "recovered lobby ";
    std::string entry = "entered lobby ";
    if (log.front().starts_with(recovery)) {
      ++recovered;
      auto top = std::stoull(log.front().substr(recovery.size()));
      recovery += std::to_string(top) + ':';
      for (; next <= top; ++next)
        recovery += ' ' + std::to_string(next);
      if (log.front() != recovery)
        return log.front() + " is not " + recovery;
    } else if (log.front().starts_with(entry)) {
      ++unrecovered;
      next = std::stoull(log.front().substr(entry.size())) + 1;
    } else {
      return "unexpected: " + log.front();
    }
    for (std::size_t i = 1; i < log.size(); ++i, ++next)
      if (log[i]
          != R"({"push":{"channel":"lobby","pub":{"data":1,"offset":)" + std::to_string(next)
               + "}}}")
        return log[i] + " in the place of " + std::to_string(next);
    if (next != top_ + publications + 1)
      return "ends before " + std::to_string(next);
    return {};
  }

  void settle() {
    while (f_.shards.step())
      continue;
  }

  scripted_store store_;
  fanout_fixture f_{{}, 4};
  room_storage storage_;
  audience_actor publisher_;
  guest* ana_ = nullptr;
  std::uint64_t top_ = 0;
  std::string epoch_;
  std::size_t publications_ = 0;
  std::size_t trims_ = 0;
  bool entered_ = false;
};

struct outcome {
  std::size_t runs = 0;
  std::size_t recovered = 0;
  std::size_t unrecovered = 0;
};

outcome play_all(std::size_t publications, std::size_t trims, const room_options& rules) {
  comeback stage{rules};
  all_choices choices;
  outcome result;
  do {
    auto complaint = stage.run(choices, publications, trims);
    if (!complaint.empty()) {
      CAPTURE(choices.text());
      FAIL_CHECK(complaint);
      break;
    }
    ++result.runs;
  } while (choices.next());
  result.recovered = stage.recovered;
  result.unrecovered = stage.unrecovered;
  return result;
}

} // namespace

TEST_CASE("recovery seam: what is kept is recovered, and nothing is missed or doubled",
          "[actors][recovery_seam][interleaving]") {
  auto all = play_all(2, 0, {});

  CHECK(all.runs > 1'000);
  CHECK(all.unrecovered == 0);
}

TEST_CASE("recovery seam: what is trimmed meanwhile is told, and nothing is missed or doubled",
          "[actors][recovery_seam][interleaving]") {
  room_options rules;
  rules.history_size = 2;
  auto all = play_all(1, 2, rules);

  CHECK(all.runs > 1'000);
  CHECK(all.recovered > 0);
  CHECK(all.unrecovered > 0);
}
