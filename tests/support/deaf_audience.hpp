#pragma once

#include "messages/contracts.hpp"

namespace salon::testing {

/// Hears what a room tells a publisher who sits elsewhere, and needs none of it.
struct deaf_audience {
  explicit deaf_audience(audience_actor::pointer) {
    // nop
  }

  audience_actor::behavior_type make_behavior() {
    return {[](const subscribed&) {},  [](const broadcast&) {}, [](const member_joined&) {},
            [](const member_left&) {}, [](const answered&) {},  [](const stretch&) {},
            [](const room_top&) {},    [](deliver_more) {}};
  }
};

} // namespace salon::testing
