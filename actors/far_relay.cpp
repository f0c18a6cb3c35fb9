#include "actors/far_relay.hpp"

#include "actors/failure.hpp"
#include "actors/far_parts.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

constexpr std::size_t receipt_every = 64;
constexpr std::size_t behind_max = 16'384;

} // namespace

far_relay_state::far_relay_state(relay_audience_actor::pointer self, link_post& gateway,
                                 home_actor room, way_id way, std::uint64_t attachment)
  : self_(self),
    gateway_(gateway),
    room_(std::move(room)),
    way_(way),
    attachment_(attachment) {
  // nop
}

relay_audience_actor::behavior_type far_relay_state::make_behavior() {
  return {
    [this](const broadcast& x) { say_event(x); },
    [this](const answered& x) { say_answer(x); },
    [this](const subscribed& x) { say(x); },
    [this](const member_joined& x) { say_event(x); },
    [this](const member_left& x) { say_event(x); },
    [this](const stretch& x) { say(x); },
    [this](const room_top& x) { say(x); },
    [](deliver_more) {},
    [this](const resumed& x) {
      in_parts(x.publications, size_of_publication,
               [&](std::vector<publication_ptr> pubs, bool is_last) {
                 auto part = resumed{{}, x.number, x.error, x.top, x.recovered, std::move(pubs)};
                 say(std::move(part), is_last);
               });
      if (x.error == errc::none)
        gateway_.on_seated(way_, attachment_);
    },
    [this](const member_table& x) {
      in_parts(x.members, size_of_person, [&](std::vector<client_info_ptr> members, bool is_last) {
        say(member_table{{}, std::move(members)}, is_last);
      });
    },
  };
}

template <class What>
void far_relay_state::say(What what, bool is_last) {
  if (is_silent_)
    return;
  gateway_.post(way_, {attachment_, 0, is_last, link_event::to_relay{std::move(what)}});
}

void far_relay_state::say_answer(const answered& x) {
  const auto* page = std::get_if<presence_page>(&x.what);
  if (!page) {
    say(x);
    return;
  }
  in_parts(page->members, size_of_person, [&](std::vector<client_info_ptr> members, bool is_last) {
    say(answered{{}, x.number, presence_page{std::move(members), page->clients, page->users}},
        is_last);
  });
}

template <class Event>
void far_relay_state::say_event(const Event& x) {
  if (++unreceipted_ >= receipt_every)
    tell(self_, room_,
         delivery_receipt{relay_audience_actor{self_}, delivered{std::exchange(unreceipted_, 0)}});
  if (is_silent_)
    return;
  if (++behind_ <= behind_max) {
    say(x);
  } else {
    // It comes again, and reads on from where it is.
    say(detached{true});
    go_silent();
  }
}

void far_relay_state::passed_on(std::size_t count) {
  behind_ -= std::min(behind_, count);
}

spawned<far_relay_state, relay_audience_actor> spawn_far_relay(shard& home, link_post& gateway,
                                                               const home_actor& room, way_id way,
                                                               std::uint64_t attachment) {
  return spawn_on<far_relay_state, relay_audience_actor>(home, gateway, room, way, attachment);
}

} // namespace salon
