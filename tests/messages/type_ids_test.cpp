#include "messages/contracts.hpp"
#include "messages/desk_messages.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace salon;

namespace {

/// The messages in the order of their numbers. New ones are added at the end; none ever goes or
/// moves.
const std::vector<std::string> pinned{
  "salon::subscribed",
  "salon::unsubscribe",
  "salon::broadcast",
  "salon::member_joined",
  "salon::member_left",
  "salon::answered",
  "salon::deliver_more",
  "salon::publish",
  "salon::from_audience<salon::subscribe_order>",
  "salon::from_audience<salon::read_presence>",
  "salon::from_audience<salon::read_history>",
  "salon::from_audience<salon::delivered>",
  "salon::find_room",
  "salon::list_rooms",
  "salon::describe_room",
  "salon::room_summary",
  "salon::room_found",
  "salon::room_page",
  "salon::room_idle",
  "salon::room_may_close",
  "salon::room_stays",
  "salon::rpc_call",
  "salon::rpc_answer",
  "salon::disconnect",
  "salon::socket_closed",
  "salon::go_on",
  "salon::room_publication",
  "salon::room_closed",
  "salon::enter_room",
  "salon::speak",
  "salon::leave_room",
  "salon::stream_position",
  "salon::opened_room",
  "salon::open_order",
  "salon::append_order",
  "salon::appended",
  "salon::read_order",
  "salon::log_part",
  "salon::work_on",
  "salon::stretch",
  "salon::room_top",
  "salon::from_audience<salon::read_stretch>",
  "salon::log_closed",
  "salon::link_frame",
  "salon::resume",
  "salon::resumed",
  "salon::member_table",
  "salon::open_home",
  "salon::home_found",
  "salon::find_home",
  "salon::look_for_room",
  "salon::room_presence",
  "salon::give_room",
  "salon::room_given",
  "salon::keep_room",
  "salon::errand",
  "salon::list_cluster_rooms",
  "salon::rooms_listed",
};

std::string name_of(caf::type_id_t id) {
  auto name = caf::query_type_name(id);
  return {name.begin(), name.end()};
}

} // namespace

TEST_CASE("type ids: messages keep their numbers", "[messages][type_ids]") {
  caf::init_global_meta_objects<caf::id_block::salon>();
  caf::core::init_global_meta_objects();

  std::vector<std::string> names;
  for (auto id = caf::id_block::salon::begin; id < caf::id_block::salon::end; ++id)
    names.push_back(name_of(id));

  CHECK(names == pinned);
  CHECK(caf::id_block::salon::begin == caf::first_custom_type_id);
}

TEST_CASE("type ids: a link frame crosses to other nodes unharmed", "[messages][type_ids]") {
  const std::vector<link_frame> sent{{"", link_frame::purpose::welcome},
                                     {std::string{"\0\xff\r\n", 4}, link_frame::purpose::data},
                                     {"node", link_frame::purpose::knock}};
  caf::byte_buffer bytes;
  caf::binary_serializer to{nullptr, bytes};
  for (const auto& each : sent)
    REQUIRE(to.apply(each));

  std::vector<link_frame> received(sent.size());
  caf::binary_deserializer from{nullptr, bytes};
  for (auto& each : received)
    REQUIRE(from.apply(each));

  CHECK(received == sent);
}

TEST_CASE("type ids: a link frame for an unknown purpose is not read", "[messages][type_ids]") {
  // What is not read becomes an error of CAF's own.
  caf::init_global_meta_objects<caf::id_block::salon>();
  caf::core::init_global_meta_objects();
  caf::byte_buffer bytes;
  caf::binary_serializer to{nullptr, bytes};
  REQUIRE(to.apply(link_frame{"x", static_cast<link_frame::purpose>(3)}));

  link_frame received;
  caf::binary_deserializer from{nullptr, bytes};

  CHECK_FALSE(from.apply(received));
}

TEST_CASE("type ids: programs built on Salon number theirs behind", "[messages][type_ids]") {
  CHECK(first_user_type_id == caf::first_custom_type_id + pinned.size());
  CHECK(caf::type_id_v<rooms_listed> + 1 == first_user_type_id);
}
