#include "server/config.hpp"

#include "messages/names.hpp"
#include "net/host_port.hpp"
#include "server/options.hpp"
#include "server/units.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace salon {

namespace {

class checker {
public:
  checker(const config& in, const std::map<std::string, std::string>& places)
    : in_(in),
      places_(places) {
    // nop
  }

  std::vector<std::string> run() {
    if (in_.cluster.hosts_rooms)
      check_address();
    if (in_.connection.pong_timeout >= in_.connection.ping_interval)
      clash("client.pong_timeout", "less than", "client.ping_interval");
    if (in_.front.frame_bytes_max > in_.connection.reply_bytes_max)
      clash("client.frame_bytes_max", "at most", "client.reply_bytes_max");
    if (in_.connection.reply_bytes_max >= in_.connection.outbox_bytes_max)
      clash("client.reply_bytes_max", "less than", "client.queue_max_size");
    if (in_.front.frame_bytes_max > in_.fanout.unanswered_bytes_max)
      clash("client.frame_bytes_max", "at most", "fanout.unanswered_bytes_max");
    if (in_.postgres.lease_margin * 2 >= in_.postgres.lease_ttl)
      clash("store.postgres_lease_margin", "less than half of", "store.postgres_lease_ttl");
    check_rooms("defaults", in_.defaults);
    for (const auto& [name, rooms] : in_.namespaces)
      check_rooms("namespaces." + name, rooms);
    if (in_.cluster.hosts_rooms)
      check_lobby();
    check_link();
    check_cluster();
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

  void complain(const std::string& key, const std::string& why) {
    found_.push_back(place(key) + " = " + value(key) + ": " + why);
  }

  // `key` breaks its relation to `other`; told where the reader wrote one of the two.
  void clash(const std::string& key, const std::string& relation, const std::string& other) {
    static const std::map<std::string, std::string> seen_from_other{
      {"at most", "at least"},
      {"less than", "more than"},
      {"less than half of", "more than twice"}};
    if (places_.contains(key) || !places_.contains(other))
      complain(key, "expected " + relation + " " + other + ", which is " + value(other));
    else
      complain(other,
               "expected " + seen_from_other.at(relation) + " " + key + ", which is " + value(key));
  }

  void check_address() {
    if (!in_.insecure && !is_loopback(in_.address))
      complain("address", "other machines reach it, and this version has no authentication: use a "
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
      complain("client.lobby",
               std::string{"expected a room that the configuration allows: "}
                 + (why == errc::unknown_channel ? "its namespace is not configured"
                                                 : "its name is too long, or does not match "
                                                   "channel_regex"));
  }

  // Also without a cluster: who sets them means something by it.
  void check_link() {
    const auto& link = in_.cluster.gateway.links;
    if (link.heartbeat_interval * 2 >= link.failure_timeout)
      clash("cluster.heartbeat_interval", "less than half of", "cluster.failure_timeout");
    if (link.window_bytes > link.queue_bytes_max)
      clash("cluster.link_window_bytes", "at most", "cluster.link_queue_bytes_max");
    if (link.batch_bytes_max > link.window_bytes)
      clash("cluster.batch_bytes_max", "at most", "cluster.link_window_bytes");
    if (in_.cluster.door.strangers_per_address_max > in_.cluster.door.strangers_max)
      clash("cluster.strangers_per_address_max", "at most", "cluster.strangers_max");
  }

  void check_cluster() {
    const auto& cluster = in_.cluster;
    if (!cluster.is_on()) {
      if (!cluster.join.empty())
        complain("cluster.join", "expected cluster.listen as well: whom it joins dials back");
      return;
    }
    if (cluster.hosts_rooms)
      check_durability();
    else if (cluster.join.empty())
      complain("cluster.join", "expected a node to attach to, such as \"127.0.0.1:9601\"");
    if (!check_place())
      return;
    for (const auto& [key, bytes] : sizes_between_nodes())
      if (bytes > cluster.gateway.links.message_bytes_max / 2)
        complain(
          key, "expected at most "
                 + size_text(static_cast<std::int64_t>(cluster.gateway.links.message_bytes_max / 2))
                 + " in a cluster, half of a message between nodes");
  }

  // Whether others can find it there, if it is to be found.
  bool check_place() {
    const auto& cluster = in_.cluster;
    auto listen = read_host_port(cluster.listen);
    if (!listen && (cluster.hosts_rooms || !cluster.listen.empty())) {
      complain("cluster.listen", "expected a host and a port, such as \"127.0.0.1:9601\"");
      return false;
    }
    check_certificates(listen);
    if (listen && is_unspecified(listen->host) && cluster.advertise.empty())
      complain("cluster.listen", "expected cluster.advertise as well: nobody can dial this");
    return true;
  }

  // By default rooms live in memory then; whoever asks for more is not to find out later.
  void check_durability() {
    if (is_postgres_url(in_.store_path))
      return;
    auto check = [this](const std::string& key, const room_options& rooms) {
      if (places_.contains(key) && rooms.durability != durability::none)
        complain(key, "a file of one machine cannot give this to a cluster: expected a store.path "
                      "such as \"postgres://user@host/database\", or \"none\"");
    };
    check("defaults.durability", in_.defaults);
    for (const auto& [name, rooms] : in_.namespaces)
      check("namespaces." + name + ".durability", rooms);
    if (places_.contains("store.path") && in_.store_path != "memory")
      complain("store.path", "a file of one machine is of no use to a cluster: expected "
                             "\"postgres://user@host/database\", or \"memory\"");
  }

  // What a message between nodes holds beside others. The other half is theirs.
  std::vector<std::pair<std::string, std::size_t>> sizes_between_nodes() const {
    return {{"client.frame_bytes_max", in_.front.frame_bytes_max},
            {"client.reply_bytes_max", in_.connection.reply_bytes_max},
            {"store.stretch_bytes_max", in_.history.stretch_bytes_max}};
  }

  // A cluster port is never open to strangers: either all certificates are given, or only this
  // machine reaches it.
  void check_certificates(const std::optional<host_port>& listen) {
    const auto& cluster = in_.cluster;
    const std::array<std::pair<std::string, bool>, 3> files{
      {{"cluster.certificate", !cluster.certificate.empty()},
       {"cluster.key", !cluster.key.empty()},
       {"cluster.ca", !cluster.ca.empty()}}};
    std::string given;
    std::string missing;
    for (const auto& [key, is_given] : files) {
      if (is_given)
        given = given.empty() ? key : given;
      else
        missing += (missing.empty() ? "" : " and ") + key;
    }
    const std::string all
      = "expected cluster.certificate, cluster.key and cluster.ca as well, or a loopback address "
        "such as \"127.0.0.1:9601\"";
    if (!given.empty() && !missing.empty())
      complain(given, "expected " + missing + " as well");
    else if (given.empty() && listen && !is_loopback(listen->host))
      complain("cluster.listen", "other machines reach it: " + all);
    else if (given.empty() && !std::all_of(cluster.join.begin(), cluster.join.end(), is_here))
      complain("cluster.join", "other machines are part of it: " + all);
  }

  static bool is_here(const std::string& text) {
    auto where = read_host_port(text);
    return where && is_loopback(where->host);
  }

  const config& in_;
  const std::map<std::string, std::string>& places_;
  std::vector<std::string> found_;
};

} // namespace

namespaces make_namespaces(const config& from) {
  namespaces result{from.defaults, from.namespaces};
  result.takes_all = !from.cluster.hosts_rooms;
  result.name_bytes_max = from.room_name_bytes_max;
  return result;
}

std::vector<std::string> contradictions(const config& in,
                                        const std::map<std::string, std::string>& places) {
  return checker{in, places}.run();
}

} // namespace salon
