#include "actors/far_services.hpp"

#include "actors/failure.hpp"
#include "actors/placement.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

rpc_answer refusal(errc why) {
  return {{}, protocol::error_of(why)};
}

std::size_t size_of(const rpc_answer& answer) {
  return answer.data.size() + answer.error.message.size();
}

} // namespace

far_services::far_services(gateway_actor::pointer self, link_post& links, metrics& counts,
                           const gateway_options& options)
  : self_(self),
    links_(links),
    counts_(counts),
    options_(options) {
  // nop
}

far_services::~far_services() {
  for (auto& [prefix, each] : offered_)
    each.watch.end();
  counts_.calls_elsewhere.value(0);
  counts_.calls_for_others.value(0);
}

// -- what is offered ----------------------------------------------------------

void far_services::offer(const std::string& prefix, const service_actor& service) {
  auto [made, is_new] = offered_.try_emplace(prefix);
  if (!is_new)
    return;
  made->second.service = service;
  made->second.watch
    = watch(self_, service, [this, prefix](const caf::error& why) { withdraw(prefix, why); });
  for (const auto& [way, each] : nodes_)
    tell_offer(way);
}

void far_services::withdraw(const std::string& prefix, const caf::error& why) {
  if (why != caf::exit_reason::user_shutdown)
    log::warn("service ended", {{"prefix", prefix}, {"reason", to_string(why)}});
  offered_.erase(prefix);
  for (const auto& [way, each] : nodes_)
    tell_offer(way);
}

void far_services::tell_offer(way_id way) {
  services_offered all;
  for (const auto& [prefix, each] : offered_)
    all.prefixes.push_back(prefix);
  links_.post(way, {0, 0, true, link_event::between_nodes{std::move(all)}});
}

void far_services::on_open(way_id way, const std::string& name) {
  nodes_[way].name = name;
  // Who has heard nothing takes it for nothing.
  if (!offered_.empty())
    tell_offer(way);
}

void far_services::on_offered(way_id way, services_offered& x) {
  if (auto i = nodes_.find(way); i != nodes_.end())
    i->second.prefixes = std::move(x.prefixes);
}

void far_services::on_closed(way_id way) {
  if (nodes_.erase(way) > 0)
    fail_calls([way](const call& each) { return each.way == way; });
}

// -- calls from here ----------------------------------------------------------

// The way to the node that is called for a prefix; 0: nobody offers it.
way_id far_services::way_to(std::string_view prefix) const {
  std::map<std::string, way_id> offering;
  for (const auto& [way, each] : nodes_)
    if (std::find(each.prefixes.begin(), each.prefixes.end(), prefix) != each.prefixes.end())
      offering[each.name] = way;
  if (offering.empty())
    return 0;
  std::vector<std::string> names;
  names.reserve(offering.size());
  for (const auto& [name, way] : offering)
    names.push_back(name);
  return offering[home_of(prefix, names)];
}

// A link that is full would break, for all who use it.
bool far_services::is_crowded(way_id way) const {
  return links_.queued_bytes(way) > options_.links.queue_bytes_max / 2;
}

caf::result<rpc_answer> far_services::on_call(const rpc_call& x, time_point now) {
  auto way = way_to(prefix_of(x.method));
  if (way == 0)
    return refusal(errc::not_available);
  if (calls_.size() >= options_.calls_max || is_crowded(way))
    return refusal(errc::too_many_requests);
  auto number = ++numbers_;
  auto caller = self_->make_response_promise<rpc_answer>();
  calls_[number] = {way, now, caller};
  count();
  links_.post(way, {0, 0, true, link_event::between_nodes{rpc_ask{number, x}}});
  return caller;
}

void far_services::on_reply(way_id way, rpc_reply& x) {
  auto i = calls_.find(x.number);
  if (i == calls_.end() || i->second.way != way)
    return;
  calls_.extract(i).mapped().caller.deliver(std::move(x.answer));
  count();
}

void far_services::check(time_point now) {
  fail_calls([&](const call& each) { return now - each.since >= options_.call_timeout; });
}

// They may have been carried out.
template <class Predicate>
void far_services::fail_calls(Predicate is_over) {
  for (auto i = calls_.begin(); i != calls_.end();) {
    auto at = i++;
    if (is_over(at->second))
      calls_.extract(at).mapped().caller.deliver(refusal(errc::internal));
  }
  count();
}

// -- calls from elsewhere -----------------------------------------------------

// Never passed on: who asks knows what this node offers, or did.
void far_services::on_ask(way_id way, const rpc_ask& x) {
  auto found = offered_.find(prefix_of(x.call.method));
  if (found == offered_.end())
    return reply(way, x.number, refusal(errc::not_available));
  if (!x.call.who)
    return reply(way, x.number, refusal(errc::bad_request));
  if (carrying_out_ >= options_.calls_max || is_crowded(way))
    return reply(way, x.number, refusal(errc::too_many_requests));
  ++carrying_out_;
  count();
  auto answered = [this, way, number = x.number](rpc_answer answer) {
    --carrying_out_;
    count();
    reply(way, number, std::move(answer));
  };
  ask(
    self_, found->second.service, options_.call_timeout, x.call,
    [answered](const rpc_answer& answer) { answered(answer); },
    [answered](const caf::error&) { answered(refusal(errc::internal)); });
}

void far_services::reply(way_id way, std::uint64_t number, rpc_answer answer) {
  // A message of a link holds it beside others.
  if (size_of(answer) > options_.links.message_bytes_max / 2)
    answer = refusal(errc::limit_exceeded);
  else if (is_crowded(way))
    answer = refusal(errc::internal);
  links_.post(way, {0, 0, true, link_event::between_nodes{rpc_reply{number, std::move(answer)}}});
}

void far_services::count() {
  counts_.calls_elsewhere.value(static_cast<std::int64_t>(calls_.size()));
  counts_.calls_for_others.value(static_cast<std::int64_t>(carrying_out_));
}

} // namespace salon
