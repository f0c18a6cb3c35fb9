#include "client/delivery_audit.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using verdict = delivery_audit::verdict;

TEST_CASE("delivery audit: what comes once and in order is fine", "[client][delivery_audit]") {
  delivery_audit audit{2, 2};

  for (auto member : {0U, 1U}) {
    CHECK(audit.take(member, 0, 0) == verdict::first);
    CHECK(audit.take(member, 1, 0) == verdict::first);
    CHECK(audit.take(member, 0, 1) == verdict::first);
  }

  CHECK(audit.delivered() == 6);
  CHECK(audit.doubled() == 0);
  CHECK(audit.swapped() == 0);
  CHECK(audit.missing(0, 0, 2) == 0);
  CHECK(audit.disagreeing(0, 2) == 0);
}

TEST_CASE("delivery audit: what never came is missing, in the middle and at the end",
          "[client][delivery_audit]") {
  delivery_audit audit{1, 1};

  audit.take(0, 0, 0);
  audit.take(0, 0, 4);

  CHECK(audit.missing(0, 0, 7) == 3 + 2);
}

TEST_CASE("delivery audit: a second one is doubled", "[client][delivery_audit]") {
  delivery_audit audit{1, 1};

  audit.take(0, 0, 0);
  audit.take(0, 0, 1);

  CHECK(audit.take(0, 0, 0) == verdict::doubled);
  CHECK(audit.doubled() == 1);
  CHECK(audit.delivered() == 2);
}

TEST_CASE("delivery audit: one that comes late is swapped, and not missing any more",
          "[client][delivery_audit]") {
  delivery_audit audit{1, 1};
  audit.take(0, 0, 0);
  audit.take(0, 0, 4);

  CHECK(audit.take(0, 0, 2) == verdict::late);
  CHECK(audit.swapped() == 1);
  CHECK(audit.missing(0, 0, 5) == 2);
  CHECK(audit.take(0, 0, 2) == verdict::doubled);
}

TEST_CASE("delivery audit: members who see two publishers in another order disagree",
          "[client][delivery_audit]") {
  delivery_audit audit{3, 2};

  for (auto member : {0U, 1U}) {
    audit.take(member, 0, 0);
    audit.take(member, 1, 0);
  }
  audit.take(2, 1, 0);
  audit.take(2, 0, 0);

  CHECK(audit.swapped() == 0);
  CHECK(audit.disagreeing(0, 2) == 0);
  CHECK(audit.disagreeing(0, 3) == 1);
}

TEST_CASE("delivery audit: what was sent before a member is counted in does not count",
          "[client][delivery_audit]") {
  delivery_audit audit{1, 1};
  audit.count_in(0, 0, 10);

  CHECK(audit.take(0, 0, 9) == verdict::ignored);
  CHECK(audit.take(0, 0, 10) == verdict::first);
  CHECK(audit.missing(0, 0, 11) == 0);
  CHECK(audit.delivered() == 1);
}
