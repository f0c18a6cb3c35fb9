#include "server/config.hpp"

#include "messages/names.hpp"
#include "server/options.hpp"

#include <arpa/inet.h>

#include <utility>

namespace salon {

namespace {

// What only this machine can reach: 127.0.0.0/8, ::1, and the former within the latter's family.
bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1)
    return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

class checker {
public:
  checker(const config& in, const std::map<std::string, std::string>& places)
    : in_(in),
      places_(places) {
    // nop
  }

  std::vector<std::string> run() {
    check_address();
    if (in_.connection.pong_timeout >= in_.connection.ping_interval)
      clash("client.pong_timeout", "less than", "client.ping_interval");
    if (in_.front.frame_bytes_max > in_.connection.reply_bytes_max)
      clash("client.frame_bytes_max", "at most", "client.reply_bytes_max");
    if (in_.connection.reply_bytes_max >= in_.connection.outbox_bytes_max)
      clash("client.reply_bytes_max", "less than", "client.queue_max_size");
    if (in_.front.frame_bytes_max > in_.fanout.unanswered_bytes_max)
      clash("client.frame_bytes_max", "at most", "fanout.unanswered_bytes_max");
    check_rooms("defaults", in_.defaults);
    for (const auto& [name, rooms] : in_.namespaces)
      check_rooms("namespaces." + name, rooms);
    check_lobby();
    return std::move(found_);
  }

private:
  std::string place(const std::string& key) const {
    auto i = places_.find(key);
    return i == places_.end() ? key : i->second;
  }

  std::string value(const std::string& key) const {
    return show(find_option(options(), key)->get(in_));
  }

  // `key` breaks its relation to `other`; told where the reader wrote one of the two.
  void clash(const std::string& key, const std::string& relation, const std::string& other) {
    if (places_.contains(key) || !places_.contains(other))
      found_.push_back(place(key) + " = " + value(key) + ": expected " + relation + " " + other
                       + ", which is " + value(other));
    else
      found_.push_back(place(other) + " = " + value(other) + ": expected "
                       + (relation == "at most" ? "at least " : "more than ") + key + ", which is "
                       + value(key));
  }

  void check_address() {
    if (!in_.insecure && !is_loopback(in_.address))
      found_.push_back(place("address") + " = " + value("address")
                       + ": other machines reach it, and this version has no authentication: use a "
                         "loopback address such as \"127.0.0.1\", or let everybody in with "
                         "--insecure");
  }

  void check_rooms(const std::string& section, const room_options& rooms) {
    if (!rooms.force_push_join_leave || rooms.join_leave)
      return;
    auto forced = section + ".force_push_join_leave";
    auto told = section + ".join_leave";
    if (places_.contains(told) && !places_.contains(forced))
      found_.push_back(place(told) + " = false: expected true, since " + forced + " is true");
    else if (places_.contains(forced) || &rooms == &in_.defaults || places_.empty())
      found_.push_back(place(forced) + " = true: expected false, since " + told + " is false");
    // A namespace that has both from the defaults was told about with them.
  }

  void check_lobby() {
    auto why = errc::none;
    if (make_namespaces(in_).find(in_.connection.lobby, &why) == nullptr)
      found_.push_back(place("client.lobby") + " = " + value("client.lobby")
                       + ": expected a room that the configuration allows: "
                       + (why == errc::unknown_channel ? "its namespace is not configured"
                                                       : "its name is too long, or does not match "
                                                         "channel_regex"));
  }

  const config& in_;
  const std::map<std::string, std::string>& places_;
  std::vector<std::string> found_;
};

} // namespace

namespaces make_namespaces(const config& from) {
  namespaces result{from.defaults, from.namespaces};
  result.name_bytes_max = from.room_name_bytes_max;
  return result;
}

std::vector<std::string> contradictions(const config& in,
                                        const std::map<std::string, std::string>& places) {
  return checker{in, places}.run();
}

} // namespace salon
