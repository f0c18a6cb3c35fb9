#include "actors/shard_locals.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <utility>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

std::string channel(std::string_view command, std::string_view room, std::string_view more = {}) {
  return "\"" + std::string{command} + R"(":{"channel":")" + std::string{room} + "\""
         + std::string{more} + "}";
}

std::string error(std::uint32_t id, int code, const std::string& message) {
  return R"({"id":)" + std::to_string(id) + R"(,"error":{"code":)" + std::to_string(code)
         + R"(,"message":")" + message + R"("}})";
}

fixture_options several_namespaces() {
  fixture_options options;
  options.shards = 2;
  room_options closed;
  closed.subscribe = closed.publish = closed.see_presence = closed.see_history
    = {false, false, false};
  options.namespaces["closed"] = closed;
  room_options members_only;
  members_only.publish = members_only.see_presence = members_only.see_history = {false, true, true};
  options.namespaces["inside"] = members_only;
  room_options bare;
  bare.presence = false;
  bare.history_size = 0;
  bare.join_leave = false;
  options.namespaces["bare"] = bare;
  room_options loud;
  loud.force_push_join_leave = true;
  options.namespaces["loud"] = loud;
  room_options modest;
  modest.force_recovery = false;
  modest.allow_recovery = modest.allow_positioning = false;
  modest.see_history = {false, false, false};
  options.namespaces["modest"] = modest;
  options.connections.rooms_max = 4;
  return options;
}

/// A service on another node: what came there, as JSON.
struct elsewhere_state {
  explicit elsewhere_state(service_actor::pointer) {
    // nop
  }

  service_actor::behavior_type make_behavior() {
    return {[](const rpc_call& call) {
      return rpc_answer{R"({"method":")" + call.method + R"(","data":)" + call.data + R"(,"room":")"
                          + call.rooms.at(0) + "\"}",
                        {}};
    }};
  }
};

struct sdk_rooms : actor_fixture {
  sdk_rooms() : actor_fixture(several_namespaces()) {
    // nop
  }

  /// What the client is told when it sends one command.
  lines told(client& who, std::string_view command) {
    who.command(command);
    run();
    return who.take();
  }
};

} // namespace

// -- errors -------------------------------------------------------------------

TEST_CASE_METHOD(sdk_rooms, "sdk: who is in a room, or enters it, is already subscribed",
                 "[actors][sdk]") {
  auto& ana = connect_sdk();
  ana.say(R"({"id":2,"subscribe":{"channel":"a"}})"
          "\n"
          R"({"id":3,"subscribe":{"channel":"a"}})");
  run();
  CHECK(ana.take()
        == lines{error(3, 105, "already subscribed"),
                 R"({"id":2,"subscribe":{"epoch":"E1","recoverable":true,"positioned":true}})"});

  ana.say(R"({"id":4,"subscribe":{"channel":"a"}})");
  run();
  CHECK(ana.take() == lines{error(4, 105, "already subscribed")});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: a connection has so many rooms and no more", "[actors][sdk]") {
  auto& ana = connect_sdk();
  for (auto room : {"a", "b", "c", "d"})
    CHECK(told(ana, channel("subscribe", room)).size() == 1);

  CHECK(told(ana, channel("subscribe", "e")) == lines{error(6, 106, "limit exceeded")});

  told(ana, channel("unsubscribe", "a"));
  CHECK(told(ana, channel("subscribe", "e")).front().find("epoch") != std::string::npos);
}

TEST_CASE("sdk: by default a connection has 128 rooms", "[actors][sdk]") {
  actor_fixture f;
  auto& ana = f.connect_sdk();
  for (auto i = 0; i < 129; ++i)
    ana.command(channel("subscribe", "r" + std::to_string(i)));
  f.run();

  auto log = ana.take();
  REQUIRE(log.size() == 129);
  CHECK(std::count(log.begin(), log.end(), error(130, 106, "limit exceeded")) == 1);
  CHECK(f.rooms().size() == 128);
}

TEST_CASE_METHOD(sdk_rooms, "sdk: rooms of no known namespace are unknown", "[actors][sdk]") {
  auto& ana = connect_sdk();
  std::uint32_t id = 1;
  for (auto command : {"subscribe", "publish", "presence", "presence_stats", "history"}) {
    auto more = std::string{command} == "publish" ? R"(,"data":1)" : "";
    CHECK(told(ana, channel(command, "zzz:a", more)) == lines{error(++id, 102, "unknown channel")});
  }
}

TEST_CASE_METHOD(sdk_rooms, "sdk: names that are too long or not allowed are bad requests",
                 "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, channel("subscribe", std::string(256, 'x')))
        == lines{error(2, 107, "bad request")});
  CHECK(told(ana, channel("subscribe", "two words")) == lines{error(3, 107, "bad request")});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: a command without a room ends the connection", "[actors][sdk]") {
  for (auto command : {"subscribe", "unsubscribe", "publish", "presence", "presence_stats",
                       "history", "sub_refresh"}) {
    CAPTURE(command);
    auto& ana = connect_sdk();
    CHECK(told(ana, "\"" + std::string{command} + "\":{}") == nothing);
    CHECK(ana.closed_with() == close_code::bad_request);
  }
}

TEST_CASE_METHOD(sdk_rooms, "sdk: what a namespace does not permit is denied", "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, channel("subscribe", "closed:a")) == lines{error(2, 103, "permission denied")});
  CHECK(told(ana, channel("publish", "closed:a", R"(,"data":1)"))
        == lines{error(3, 103, "permission denied")});
  CHECK(told(ana, channel("presence", "closed:a")) == lines{error(4, 103, "permission denied")});
  CHECK(told(ana, channel("presence_stats", "closed:a"))
        == lines{error(5, 103, "permission denied")});
  CHECK(told(ana, channel("history", "closed:a")) == lines{error(6, 103, "permission denied")});
  CHECK(rooms() == nothing);
}

TEST_CASE_METHOD(sdk_rooms, "sdk: what members may do, others may not", "[actors][sdk]") {
  auto& ana = connect_sdk();
  CHECK(told(ana, channel("publish", "inside:a", R"(,"data":1)"))
        == lines{error(2, 103, "permission denied")});
  CHECK(told(ana, channel("presence", "inside:a")) == lines{error(3, 103, "permission denied")});

  told(ana, channel("subscribe", "inside:a"));
  CHECK(told(ana, channel("publish", "inside:a", R"(,"data":1)")).back()
        == R"({"id":5,"publish":{}})");
  CHECK(told(ana, channel("presence", "inside:a"))
        == lines{R"({"id":6,"presence":{"presence":{"c1":{"user":"","client":"c1"}}}})"});
  CHECK(told(ana, channel("history", "inside:a", R"(,"limit":1)")).size() == 1);

  told(ana, channel("unsubscribe", "inside:a"));
  CHECK(told(ana, channel("publish", "inside:a", R"(,"data":1)"))
        == lines{error(9, 103, "permission denied")});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: what a room does not have is not available", "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, channel("presence", "bare:a")) == lines{error(2, 108, "not available")});
  CHECK(told(ana, channel("presence_stats", "bare:a")) == lines{error(3, 108, "not available")});
  CHECK(told(ana, channel("history", "bare:a")) == lines{error(4, 108, "not available")});
  CHECK(told(ana, R"("ping":{})") == lines{error(5, 108, "not available")});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: private rooms and tokens are refused while nobody checks them",
                 "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, channel("subscribe", "$a")) == lines{error(2, 103, "permission denied")});
  CHECK(told(ana, channel("subscribe", "a", R"(,"token":"x")"))
        == lines{error(3, 103, "permission denied")});
  CHECK(told(ana, channel("subscribe", "a", R"(,"type":1)"))
        == lines{error(4, 103, "permission denied")});
  CHECK(told(ana, channel("sub_refresh", "a", R"(,"token":"x")"))
        == lines{error(5, 103, "permission denied")});
  told(ana, channel("subscribe", "a"));
  CHECK(told(ana, channel("sub_refresh", "a")) == lines{error(7, 107, "bad request")});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: tokens, sends and unknown deltas end a connection by their codes",
                 "[actors][sdk]") {
  struct row {
    const char* command;
    close_code code;
  };
  const row table[] = {
    {R"({"send":{"data":1}})", close_code::not_available},
    {R"({"id":2,"refresh":{"token":"x"}})", close_code::invalid_token},
    {R"({"id":2,"refresh":{}})", close_code::bad_request},
    {R"({"id":2,"subscribe":{"channel":"a","delta":"zzz"}})", close_code::bad_request},
    {R"({"id":2})", close_code::bad_request},
    {R"({"id":2,"unheard_of":{}})", close_code::bad_request},
    {R"({"subscribe":{"channel":"a"}})", close_code::bad_request},
  };

  for (const auto& x : table) {
    CAPTURE(x.command);
    auto& ana = connect_sdk();
    ana.say(x.command);
    run();
    CHECK(ana.take() == nothing);
    CHECK(ana.closed_with() == x.code);
  }
}

TEST_CASE_METHOD(sdk_rooms, "sdk: a publish without data is a bad request", "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, channel("publish", "a")) == lines{error(2, 107, "bad request")});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: an rpc that nobody serves, or that its service does not know",
                 "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, R"("rpc":{"method":"nope"})") == lines{error(2, 108, "not available")});
  CHECK(told(ana, R"("rpc":{"method":"nope.nope"})") == lines{error(3, 108, "not available")});
  CHECK(told(ana, R"("rpc":{})") == lines{error(4, 108, "not available")});
  CHECK(told(ana, R"("rpc":{"method":"salon.nope"})") == lines{error(5, 104, "method not found")});
  CHECK(told(ana, R"("rpc":{"method":"salon"})") == lines{error(6, 104, "method not found")});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: an rpc that nobody here serves is asked for elsewhere",
                 "[actors][sdk]") {
  locals().elsewhere = spawn_on<elsewhere_state, service_actor>(locals().home).handle;
  auto& ana = join_sdk("den");

  CHECK(told(ana, R"("rpc":{"method":"poll.vote","data":1})")
        == lines{R"({"id":3,"rpc":{"data":{"method":"poll.vote","data":1,"room":"den"}}})"});
  // This node's own come first.
  CHECK(told(ana, R"("rpc":{"method":"salon.nope"})") == lines{error(4, 104, "method not found")});

  dismiss(std::exchange(locals().elsewhere, nullptr));
}

TEST_CASE_METHOD(sdk_rooms, "sdk: a service that does not answer fails after the deadline",
                 "[actors][sdk]") {
  add_mute_service("mute");
  auto& ana = connect_sdk();
  ana.command(R"("rpc":{"method":"mute.x"})");

  advance(5s - 50ms);
  CHECK(ana.take() == nothing);
  advance(50ms);

  CHECK(ana.take()
        == lines{
          R"({"id":2,"error":{"code":100,"message":"internal server error","temporary":true}})"});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: a client that is gone leaves its calls behind", "[actors][sdk]") {
  add_mute_service("mute");
  auto& ana = connect_sdk();
  ana.command(R"("rpc":{"method":"mute.x"})");
  run();

  close(ana);
  run();
  advance(10s);

  CHECK(ana.has_ended());
  CHECK(ana.take() == nothing);
}

// -- subscriptions ------------------------------------------------------------

TEST_CASE_METHOD(sdk_rooms, "sdk: leaving a room one is not in is answered all the same",
                 "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, channel("unsubscribe", "never")) == lines{R"({"id":2,"unsubscribe":{}})"});
  CHECK(rooms() == nothing);
}

TEST_CASE_METHOD(sdk_rooms, "sdk: an unsubscribe waits for its subscribe", "[actors][sdk]") {
  auto room = room_on(1);
  auto& ana = connect_sdk();
  shards().freeze(1);
  for (auto i = 0; i < 3; ++i) {
    ana.command(channel("subscribe", room));
    ana.command(channel("unsubscribe", room));
  }
  ana.command(channel("subscribe", room));
  run();
  CHECK(ana.take() == nothing);

  shards().freeze(1, false);
  run();

  auto entered = R"(,"subscribe":{"epoch":"E1","recoverable":true,"positioned":true}})";
  CHECK(ana.take()
        == lines{R"({"id":2)" + std::string{entered}, R"({"id":3,"unsubscribe":{}})",
                 R"({"id":4)" + std::string{entered}, R"({"id":5,"unsubscribe":{}})",
                 R"({"id":6)" + std::string{entered}, R"({"id":7,"unsubscribe":{}})",
                 R"({"id":8)" + std::string{entered}});
  CHECK(presence(room) == lines{"c1"});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: an unsubscribe does not wait for ever", "[actors][sdk]") {
  auto room = room_on(1);
  auto& ana = connect_sdk();
  shards().freeze(1);
  ana.command(channel("subscribe", room));
  ana.command(channel("unsubscribe", room));

  advance(5s - 50ms);
  CHECK_FALSE(ana.closed_with());
  advance(50ms);

  CHECK(ana.closed_with() == close_code::internal_server_error);
}

TEST_CASE("sdk: an unsubscribe that waits for its turn only is not hurried", "[actors][sdk]") {
  auto options = several_namespaces();
  options.connections.commands_in_flight_max = 1;
  actor_fixture f{options};
  auto room = f.room_on(1);
  auto& ana = f.join_sdk("a");
  f.shards().freeze(1);
  ana.say("{\"id\":3," + channel("history", room) + "}\n{\"id\":4," + channel("unsubscribe", "a")
          + "}");

  f.advance(20s);
  CHECK_FALSE(ana.closed_with());
  f.shards().freeze(1, false);
  f.run();

  CHECK(ana.take().back() == R"({"id":4,"unsubscribe":{}})");
}

TEST_CASE_METHOD(sdk_rooms, "sdk: nothing of a room comes after the answer to unsubscribe",
                 "[actors][sdk]") {
  auto& ana = join_sdk("a");
  auto& bob = connect_sdk();
  bob.command(channel("publish", "a", R"(,"data":1)"));
  run();
  CHECK(ana.take().size() == 1);

  ana.command(channel("unsubscribe", "a"));
  bob.command(channel("publish", "a", R"(,"data":2)"));
  run();

  CHECK(ana.take() == lines{R"({"id":3,"unsubscribe":{}})"});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: a room without history promises no position", "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, channel("subscribe", "bare:a", R"(,"recoverable":true,"positioned":true)"))
        == lines{R"({"id":2,"subscribe":{}})"});
  CHECK(
    told(ana, channel("publish", "bare:a", R"(,"data":1)"))
    == lines{R"({"push":{"channel":"bare:a","pub":{"data":1,"info":{"user":"","client":"c1"}}}})",
             R"({"id":3,"publish":{}})"});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: position and recovery are given as far as the rules go",
                 "[actors][sdk]") {
  auto& ana = connect_sdk();

  CHECK(told(ana, channel("subscribe", "modest:a", R"(,"recoverable":true,"positioned":true)"))
        == lines{R"({"id":2,"subscribe":{}})"});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: joins and leaves come to who asked, or to all where forced",
                 "[actors][sdk]") {
  auto& ana = connect_sdk();
  auto& bob = connect_sdk();
  auto& cem = connect_sdk();
  told(ana, channel("subscribe", "a", R"(,"join_leave":true)"));
  told(bob, channel("subscribe", "a"));
  told(ana, channel("subscribe", "loud:a"));
  ana.take();

  CHECK(told(cem, channel("subscribe", "a", R"(,"join_leave":true)"))
        == lines{R"({"id":2,"subscribe":{"epoch":"E1","recoverable":true,"positioned":true}})",
                 R"({"push":{"channel":"a","join":{"info":{"user":"","client":"c3"}}}})"});
  CHECK(ana.take()
        == lines{R"({"push":{"channel":"a","join":{"info":{"user":"","client":"c3"}}}})"});
  told(cem, channel("subscribe", "loud:a"));
  CHECK(ana.take()
        == lines{R"({"push":{"channel":"loud:a","join":{"info":{"user":"","client":"c3"}}}})"});
  told(cem, channel("unsubscribe", "loud:a"));
  told(cem, channel("unsubscribe", "a"));
  CHECK(ana.take()
        == lines{R"({"push":{"channel":"loud:a","leave":{"info":{"user":"","client":"c3"}}}})",
                 R"({"push":{"channel":"a","leave":{"info":{"user":"","client":"c3"}}}})"});
  CHECK(bob.take() == nothing);
}

TEST_CASE_METHOD(sdk_rooms, "sdk: a client that comes back gets what it missed", "[actors][sdk]") {
  auto& ana = join_sdk("a");
  auto& bob = connect_sdk();
  bob.command(channel("publish", "a", R"(,"data":1)"));
  run();
  close(ana);
  bob.command(channel("publish", "a", R"(,"data":2)"));
  bob.command(channel("publish", "a", R"(,"data":3)"));
  run();

  auto& again = connect_sdk();
  auto position = R"(,"recover":true,"epoch":")" + epoch() + R"(","offset":)";
  CHECK(
    told(again, channel("subscribe", "a", position + "1"))
    == lines{R"({"id":2,"subscribe":{"epoch":"E1","recoverable":true,"positioned":true,"offset":1,)"
             R"("was_recovering":true,"recovered":true,"publications":[)"
             R"({"data":2,"info":{"user":"","client":"c2"},"offset":2},)"
             R"({"data":3,"info":{"user":"","client":"c2"},"offset":3}]}})"});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: a client that cannot recover is told where it is",
                 "[actors][sdk]") {
  auto& ana = join_sdk("a");
  ana.command(channel("publish", "a", R"(,"data":1)"));
  run();
  ana.take();
  auto& bob = connect_sdk();
  auto stranger = R"(,"recover":true,"epoch":"another","offset":1)";

  CHECK(told(bob, channel("subscribe", "a", stranger + std::string{R"(,"flag":2)"}))
        == lines{error(2, 112, "unrecoverable position")});
  CHECK(presence("a") == lines{"c1"});
  CHECK(told(bob, channel("subscribe", "a", stranger))
        == lines{R"({"id":3,"subscribe":{"epoch":"E1","recoverable":true,"positioned":true,)"
                 R"("offset":1,"was_recovering":true}})"});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: history is paged by the last offset and the epoch",
                 "[actors][sdk]") {
  auto& ana = connect_sdk();
  for (auto i = 1; i <= 3; ++i)
    told(ana, channel("publish", "a", R"(,"data":)" + std::to_string(i)));
  CHECK(told(ana, channel("history", "a"))
        == lines{R"({"id":5,"history":{"epoch":"E1","offset":3}})"});
  auto since = [this](int offset) {
    return R"(,"since":{"epoch":")" + epoch() + R"(","offset":)" + std::to_string(offset) + "}";
  };

  CHECK(told(ana, channel("history", "a", R"(,"limit":1)" + since(1)))
        == lines{
          R"({"id":6,"history":{"publications":[)"
          R"({"data":2,"info":{"user":"","client":"c1"},"offset":2}],"epoch":"E1","offset":3}})"});
  CHECK(told(ana, channel("history", "a", R"(,"limit":1,"reverse":true)" + since(2)))
        == lines{
          R"({"id":7,"history":{"publications":[)"
          R"({"data":1,"info":{"user":"","client":"c1"},"offset":1}],"epoch":"E1","offset":3}})"});
  CHECK(told(ana, channel("history", "a", R"(,"since":{"epoch":"another","offset":1})"))
        == lines{error(8, 112, "unrecoverable position")});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: people are shown by the name they connected with",
                 "[actors][sdk]") {
  auto& ana = join_sdk("a", "Ana");

  CHECK(told(ana, channel("presence", "a"))
        == lines{R"({"id":3,"presence":{"presence":)"
                 R"({"c1":{"user":"","client":"c1","conn_info":{"name":"Ana"}}}}})"});
  CHECK(told(ana, channel("presence_stats", "a"))
        == lines{R"({"id":4,"presence_stats":{"num_clients":1,"num_users":1}})"});
}

TEST_CASE_METHOD(sdk_rooms, "sdk: data reaches others as it came, without raw newlines",
                 "[actors][sdk]") {
  auto& ana = join_sdk("a");

  ana.say(R"({"id":3,"publish":{"channel":"a","data":{ "x" : [1e400, 1,)"
          "\n"
          R"(2], "x":"\u00e9\n" }}})");
  run();

  CHECK(ana.take().front()
        == R"({"push":{"channel":"a","pub":{"data":{ "x" : [1e400, 1,2], "x":"\u00e9\n" },)"
           R"("info":{"user":"","client":"c1"},"offset":1}}})");
}

TEST_CASE("sdk: too many publishes without an answer are refused", "[actors][sdk]") {
  auto options = several_namespaces();
  options.fanouts.unanswered_publishes_max = 3;
  actor_fixture f{options};
  auto room = f.room_on(1);
  auto& ana = f.connect_sdk();
  f.shards().freeze(1);

  for (auto i = 0; i < 5; ++i)
    ana.command(channel("publish", room, R"(,"data":1)"));
  f.run();
  auto refused = R"(,"error":{"code":111,"message":"too many requests","temporary":true}})";
  CHECK(ana.take()
        == lines{R"({"id":5)" + std::string{refused}, R"({"id":6)" + std::string{refused}});
  f.shards().freeze(1, false);
  f.run();
  ana.command(channel("publish", room, R"(,"data":1)"));
  f.run();

  CHECK(ana.take()
        == lines{R"({"id":2,"publish":{}})", R"({"id":3,"publish":{}})", R"({"id":4,"publish":{}})",
                 R"({"id":7,"publish":{}})"});
}
