// The actor of poll_service.cpp and attached_service.cpp.
#pragma once

#include "messages/contracts.hpp"
#include "messages/text_codec.hpp"

#include <algorithm>
#include <map>
#include <string>

class poll_service {
public:
  static inline const char* name = "example.poll_service";

  explicit poll_service(salon::service_actor::pointer) {
  }

  salon::service_actor::behavior_type make_behavior() {
    return {[this](const salon::rpc_call& call) {
      auto poll = salon::text::string_member(call.data, "poll");
      if (call.method == "poll.create")
        return create(poll);
      if (call.method == "poll.vote")
        return vote(poll, call.who->client, salon::text::string_member(call.data, "choice"));
      return salon::rpc_answer{{}, salon::protocol::error_of(salon::errc::method_not_found)};
    }};
  }

private:
  salon::rpc_answer create(const std::string& poll) {
    if (polls_.size() == 1000 || !polls_.try_emplace(poll).second)
      return {{}, {409, "there is this poll already, or too many", false}};
    return {"{}", {}};
  }

  // A client has one vote, and may change its mind.
  salon::rpc_answer vote(const std::string& poll, salon::client_id who, const std::string& choice) {
    auto found = polls_.find(poll);
    if (found == polls_.end())
      return {{}, {404, "there is no such poll", false}};
    found->second[who] = choice;
    auto agrees = [&](const auto& each) { return each.second == choice; };
    auto same = std::count_if(found->second.begin(), found->second.end(), agrees);
    return {R"({"votes":)" + std::to_string(same) + '}', {}};
  }

  std::map<std::string, std::map<salon::client_id, std::string>> polls_;
};
