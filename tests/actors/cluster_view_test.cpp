#include "actors/cluster_view.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace salon;

namespace {

using names = std::vector<std::string>;

node_info node(const std::string& name, std::uint8_t life = 1, bool hosts_rooms = true) {
  node_info result;
  result.name = name;
  result.life.bytes[0] = static_cast<std::uint8_t>(name.front());
  result.life.bytes[1] = life;
  result.hosts_rooms = hosts_rooms;
  return result;
}

/// Nodes, and which of them have links. Each reports to those it is linked to, and has heard of
/// all.
class mesh {
public:
  explicit mesh(std::vector<node_info> nodes) : nodes_(std::move(nodes)) {
    for (const auto& x : nodes_)
      for (const auto& y : nodes_)
        if (x.life != y.life)
          links_.insert({x.life, y.life});
  }

  /// Both ways.
  void cut(const node_info& x, const node_info& y) {
    forgets(x, y);
    forgets(y, x);
  }

  /// `x` has no link to `y` any more; `y` has not noticed.
  void forgets(const node_info& x, const node_info& y) {
    links_.erase({x.life, y.life});
  }

  void leaves(const node_info& x) {
    leaving_.insert(x.life);
  }

  /// `x` has not heard from `y` yet.
  void has_not_heard(const node_info& x, const node_info& y) {
    unheard_.insert({x.life, y.life});
  }

  cluster_view seen_by(const node_info& self) const {
    std::vector<reporting_node> reports{{self, report_of(self)}};
    for (const auto& x : nodes_)
      if (linked(self, x) && linked(x, self) && !unheard_.count({self.life, x.life}))
        reports.push_back({x, report_of(x)});
    return view_of(self.life, reports);
  }

  names names_seen_by(const node_info& self) const {
    names result;
    auto view = seen_by(self);
    for (const auto& x : view.members())
      result.push_back(x.node.name);
    return result;
  }

  bool linked(const node_info& x, const node_info& y) const {
    return links_.count({x.life, y.life}) == 1;
  }

private:
  node_report report_of(const node_info& x) const {
    node_report result;
    result.known = nodes_;
    for (const auto& y : nodes_)
      if (linked(x, y))
        result.up.push_back(y.life);
    result.leaving = leaving_.count(x.life) == 1;
    return result;
  }

  using one_way = std::pair<client_id, client_id>;

  std::vector<node_info> nodes_;
  std::set<one_way> links_;
  std::set<one_way> unheard_;
  std::set<client_id> leaving_;
};

const auto a = node("a");
const auto b = node("b");
const auto c = node("c");

} // namespace

TEST_CASE("cluster view: nodes that all see each other have the same view",
          "[actors][cluster_view]") {
  mesh three{{a, b, c}};

  CHECK(three.names_seen_by(a) == names{"a", "b", "c"});
  CHECK(three.seen_by(b) == three.seen_by(a));
  CHECK(three.seen_by(c) == three.seen_by(a));
  CHECK(three.seen_by(c).hash() == three.seen_by(a).hash());
}

TEST_CASE("cluster view: a node alone sees itself", "[actors][cluster_view]") {
  CHECK(mesh{{a}}.names_seen_by(a) == names{"a"});
}

TEST_CASE("cluster view: a node that is cut off is in a view of its own",
          "[actors][cluster_view]") {
  mesh three{{a, b, c}};

  three.cut(b, a);
  three.cut(b, c);

  CHECK(three.names_seen_by(a) == names{"a", "c"});
  CHECK(three.names_seen_by(b) == names{"b"});
  CHECK(three.seen_by(c) == three.seen_by(a));
}

TEST_CASE("cluster view: a cut between two makes two views, on which all agree",
          "[actors][cluster_view]") {
  mesh three{{a, b, c}};

  three.cut(b, c);

  CHECK(three.names_seen_by(a) == names{"a", "b"});
  CHECK(three.names_seen_by(b) == names{"a", "b"});
  CHECK(three.names_seen_by(c) == names{"c"});
}

TEST_CASE("cluster view: attached processes need no links with each other",
          "[actors][cluster_view]") {
  auto bot = node("dice", 1, false);
  auto poll = node("poll", 1, false);
  mesh four{{a, b, bot, poll}};

  four.cut(bot, poll);

  CHECK(four.names_seen_by(bot) == names{"a", "b", "dice", "poll"});
  CHECK(four.seen_by(poll) == four.seen_by(bot));
  CHECK(four.seen_by(a) == four.seen_by(bot));
  CHECK(four.seen_by(a).hosts() == names{"a", "b"});
}

TEST_CASE("cluster view: a node that is only remembered plays no part", "[actors][cluster_view]") {
  auto gone = node("_gone");
  mesh four{{gone, a, b, c}};

  for (const auto& x : {a, b, c})
    four.cut(gone, x);
  four.cut(a, c);

  CHECK(four.names_seen_by(a) == names{"a", "b"});
  CHECK(four.names_seen_by(b) == names{"a", "b"});
  CHECK(four.names_seen_by(c) == names{"c"});
}

TEST_CASE("cluster view: a link that only one side has is none", "[actors][cluster_view]") {
  mesh three{{a, b, c}};

  three.forgets(c, b);

  CHECK(three.names_seen_by(a) == names{"a", "b"});
  CHECK(three.names_seen_by(b) == names{"a", "b"});
  CHECK(three.names_seen_by(c) == names{"c"});
}

TEST_CASE("cluster view: a node that has a link and has not reported is not in",
          "[actors][cluster_view]") {
  mesh three{{a, b, c}};

  three.has_not_heard(a, c);

  CHECK(three.names_seen_by(a) == names{"a", "b"});
}

TEST_CASE("cluster view: a restarted node is another, and not in twice", "[actors][cluster_view]") {
  auto again = node("c", 2);
  mesh four{{a, b, c, again}};

  // Nobody has a link to the former life, except one that has not noticed yet.
  for (const auto& x : {a, b, again})
    four.forgets(c, x);
  four.cut(a, c);
  four.cut(again, c);
  four.cut(b, again);
  CHECK(four.names_seen_by(a) == names{"a", "b"});
  CHECK(four.names_seen_by(again) == names{"c"});

  mesh three{{a, b, again}};
  auto before = mesh{{a, b, c}}.seen_by(a);
  auto after = three.seen_by(a);
  CHECK(three.names_seen_by(a) == names{"a", "b", "c"});
  CHECK(after.hash() != before.hash());
  CHECK(after.has(again.life));
  CHECK_FALSE(after.has(c.life));
}

TEST_CASE("cluster view: two nodes with one name are never in one view", "[actors][cluster_view]") {
  auto other = node("c", 2);
  mesh four{{a, b, c, other}};

  CHECK(four.names_seen_by(a) == names{"a", "b", "c"});
  CHECK(four.seen_by(a).has(c.life));
  CHECK(four.seen_by(c) == four.seen_by(a));
  CHECK(four.names_seen_by(other) == names{"c"});
}

TEST_CASE("cluster view: an attached process is in it, and takes no rooms",
          "[actors][cluster_view]") {
  auto bot = node("_bot", 1, false);
  mesh four{{a, b, c, bot}};

  auto view = four.seen_by(bot);

  CHECK(four.names_seen_by(bot) == names{"_bot", "a", "b", "c"});
  CHECK(view.hosts() == names{"a", "b", "c"});
  CHECK(view == four.seen_by(b));
}

TEST_CASE("cluster view: an attached process that reaches some nodes only does not part them",
          "[actors][cluster_view]") {
  auto bot = node("_bot", 1, false);
  mesh four{{a, b, c, bot}};

  four.cut(bot, b);

  CHECK(four.names_seen_by(a) == names{"a", "b", "c"});
  CHECK(four.names_seen_by(b) == names{"a", "b", "c"});
  CHECK(four.names_seen_by(bot) == names{"_bot"});
}

TEST_CASE("cluster view: a node that leaves stays in it and takes no rooms",
          "[actors][cluster_view]") {
  mesh three{{a, b, c}};
  auto before = three.seen_by(a);

  three.leaves(b);
  auto view = three.seen_by(a);

  CHECK(view.hosts() == names{"a", "c"});
  CHECK(view.hash() == before.hash());
  REQUIRE(view.find("b"));
  CHECK(view.find("b")->leaving);
  CHECK_FALSE(view.find("d"));
}

TEST_CASE("cluster view: its hash is the same in every release", "[actors][cluster_view]") {
  auto member = [](const std::string& name, std::uint8_t life) {
    cluster_view::member result;
    result.node.name = name;
    result.node.life.bytes[0] = life;
    return result;
  };

  CHECK(cluster_view{{member("b", 2), member("a", 1)}}.hash() == 0x201be1ac4cf5373f);
  CHECK(cluster_view{std::vector<cluster_view::member>{}}.hash() == 0xefd01f60ba992926);
}

TEST_CASE("cluster view: however links are cut, all in a view see each other",
          "[actors][cluster_view]") {
  std::mt19937 random{1};
  const std::vector<node_info> nodes{a, b, c, node("d"), node("e"), node("f")};

  for (auto round = 0; round < 2'000; ++round) {
    mesh six{nodes};
    for (const auto& x : nodes)
      for (const auto& y : nodes)
        if (x.name < y.name && random() % 4 == 0)
          six.cut(x, y);

    for (const auto& self : nodes) {
      auto view = six.seen_by(self);
      REQUIRE(view.has(self.life));
      for (const auto& x : view.members())
        for (const auto& y : view.members())
          REQUIRE((x == y || six.linked(x.node, y.node)));
    }
  }
}

TEST_CASE("cluster view: however nodes are parted into groups, each group agrees",
          "[actors][cluster_view]") {
  std::mt19937 random{2};
  const std::vector<node_info> nodes{a, b, c, node("d"), node("e"), node("f")};

  for (auto round = 0; round < 500; ++round) {
    mesh six{nodes};
    std::map<std::string, unsigned> group;
    for (const auto& x : nodes)
      group[x.name] = random() % 3;
    for (const auto& x : nodes)
      for (const auto& y : nodes)
        if (group[x.name] < group[y.name])
          six.cut(x, y);

    for (const auto& self : nodes) {
      names expected;
      for (const auto& x : nodes)
        if (group[x.name] == group[self.name])
          expected.push_back(x.name);
      REQUIRE(six.names_seen_by(self) == expected);
    }
  }
}

TEST_CASE("cluster view: any one cut between two makes views on which all agree",
          "[actors][cluster_view]") {
  const std::vector<node_info> nodes{a, b, c, node("d"), node("e")};

  for (const auto& x : nodes)
    for (const auto& y : nodes) {
      if (x.name >= y.name)
        continue;
      mesh five{nodes};
      five.cut(x, y);
      for (const auto& self : nodes) {
        auto view = five.seen_by(self);
        CHECK(view.members().size() == (self == y ? 1 : 4));
        for (const auto& other : view.members())
          CHECK(five.seen_by(other.node) == view);
      }
    }
}
