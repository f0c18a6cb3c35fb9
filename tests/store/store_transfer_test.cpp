#include "store/store_transfer.hpp"
#include "tests/store/store_fixture.hpp"

#include <sstream>

using namespace salon;
using namespace salon::testing;

namespace {

std::string exported(history_reader& store) {
  std::ostringstream out;
  REQUIRE(export_store(store, out).has_value());
  return out.str();
}

store_result<store_summary> import_lines(const std::string& lines, history_store& to) {
  std::istringstream in{lines};
  auto count = 0;
  return import_store(in, to, [&] { return "new-" + std::to_string(++count); });
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// The lines of a store with rooms of every kind.
std::string lines_of_three_rooms() {
  auto store = make_memory_store();
  auto kept = keep_all();
  kept.publications_max = 2;
  open_room(*store, "a-trimmed", kept, durability::disk);
  fill(*store, "a-trimmed", 1, 4);
  REQUIRE(store->trim("a-trimmed", 0, 10).has_value());
  open_room(*store, "b-empty", keep_all(), durability::process, 77);
  open_room(*store, "c-full");
  REQUIRE(append(*store, order_of("c-full", {made_of_all(1), made(2)})) == store_errc::none);
  return exported(*store);
}

} // namespace

TEST_CASE_METHOD(any_store, "transfer: rooms come back as they were, with new epochs",
                 "[store][store_transfer]") {
  auto lines = lines_of_three_rooms();

  auto done = import_lines(lines, *store);

  REQUIRE(done.has_value());
  CHECK(done->rooms == 3);
  CHECK(done->publications == 4);
  CHECK(kept_in(*store, "a-trimmed") == offsets{3, 4});
  CHECK(record_of(*store, "a-trimmed").durability == durability::disk);
  CHECK(record_of(*store, "a-trimmed").epoch == "new-1");
  CHECK(record_of(*store, "b-empty").epoch == "new-2");
  CHECK(record_of(*store, "b-empty").last_publish == 77);
  CHECK(record_of(*store, "c-full").epoch == "new-3");
  CHECK(keys_of(store->keys("c-full").value()) == std::vector<std::string>{"bob/k"});
  CHECK(store->keys("c-full").value().front().hash == 42);

  auto again = exported(*store);
  for (const auto* room : {"a-trimmed", "b-empty", "c-full"})
    again = with(again, record_of(*store, room).epoch, "epoch-of-" + std::string{room});
  // Each made_of_all has a client of its own.
  CHECK(again == lines);
}

TEST_CASE_METHOD(any_store, "transfer: an imported room goes on", "[store][store_transfer]") {
  REQUIRE(import_lines(lines_of_three_rooms(), *store).has_value());

  auto kept = record_of(*store, "a-trimmed").kept;
  auto order = order_of("a-trimmed", {made(5)});
  order.term = open_room(*store, "a-trimmed", kept).record.term;
  CHECK(append(*store, order) == store_errc::conflict);
  order.epoch = "new-1";
  CHECK(append(*store, order) == store_errc::none);
  CHECK(kept_in(*store, "a-trimmed") == offsets{3, 4, 5});
  CHECK_FALSE(store->trim("a-trimmed", 0, 10).value());
  CHECK(kept_in(*store, "a-trimmed") == offsets{4, 5});
}

TEST_CASE_METHOD(any_store, "transfer: a room that is there already is refused",
                 "[store][store_transfer]") {
  open_room(*store, "b-empty");

  auto done = import_lines(lines_of_three_rooms(), *store);

  REQUIRE(done.has_error());
  CHECK(done.error().sentence == "line 4: room b-empty: it is there already");
  CHECK(record_of(*store, "b-empty").epoch == "epoch-of-b-empty");
  CHECK(kept_in(*store, "a-trimmed") == offsets{3, 4});
  CHECK_FALSE(*store->find("c-full"));
}

TEST_CASE_METHOD(any_store, "transfer: of a room with a bad line nothing is there",
                 "[store][store_transfer]") {
  auto lines = lines_of_three_rooms();

  auto check_refused = [&](const std::string& from, const std::string& to, const std::string& why) {
    auto done = import_lines(with(lines, from, to), *store);
    REQUIRE(done.has_error());
    CHECK(done.error().sentence == why);
    CHECK_FALSE(*store->find("a-trimmed"));
    CHECK(kept_in(*store, "a-trimmed").empty());
    CHECK(store->rooms("", 10).value().empty());
  };

  check_refused(R"({"offset":4)", R"({"offset":"4")",
                "line 3: \"offset\" is not a whole number in its range");
  check_refused(R"({"offset":4)", R"(nonsense)", "line 3: this is no JSON object");
  check_refused(R"({"offset":4)", R"({"offset":5)",
                "line 1: room a-trimmed: offset 5 where 4 comes next");
  check_refused(R"("top":4)", R"("top":3)",
                "line 1: room a-trimmed: offset 4 where none comes next");
  check_refused(R"("top":4)", R"("top":5)",
                "line 1: room a-trimmed: it ends at offset 4, not at its top 5");
  check_refused(R"({"room":"a-trimmed")", R"({"offset":1)", "line 1: \"room\" is missing");
}

TEST_CASE_METHOD(any_store, "transfer: empty lines and no lines are fine",
                 "[store][store_transfer]") {
  CHECK(import_lines("", *store).value().rooms == 0);
  CHECK(import_lines("\n\n" + with(lines_of_three_rooms(), "\n", "\n\n"), *store).value().rooms
        == 3);
}
