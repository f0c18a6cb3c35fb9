#pragma once

#include "actors/cluster_gate.hpp"
#include "net/cluster_connection.hpp"
#include "net/host_port.hpp"
#include "net/options.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace salon {

/// The cluster's port, and the way out to other nodes. A stranger gets nothing done by CAF before
/// it has begun a TLS handshake, and is cut when the gateway does not admit it in time; there are
/// never more of them than the options say, from one address and in all. Which certificates are
/// accepted is up to CAF, behind it.
class cluster_door final : public cluster_gate {
public:
  cluster_door(shard& home, metrics& counts, cluster_door_options options);
  ~cluster_door() override;

  cluster_door(const cluster_door&) = delete;
  cluster_door& operator=(const cluster_door&) = delete;

  /// Takes the address, `host:port`, before the shard runs; strangers wait until `open`. Port 0 is
  /// any free one. Returns why it cannot be had, as a sentence.
  std::optional<std::string> listen(const std::string& at);

  /// Where it listens, once it does.
  port listening_port() const;

  void serve(user* whom) override;
  void open(port caf) override;
  void dial(const std::string& address) override;
  bool knows(port at) const override;
  void admit(port at) override;
  void cut(port at) override;
  void cut_strangers() override;

private:
  using connection_ptr = std::shared_ptr<cluster_connection>;

  /// A node that is being looked for, by net/cluster_door_dialling.cpp.
  struct search {
    search(shard& home, std::string whom, std::function<void()> too_late);

    std::string address;
    tcp_socket socket;
    timer deadline;
    bool over = false;
  };

  using search_ptr = std::shared_ptr<search>;

  void accept();
  void accept_all();
  bool accept_one();
  void welcome(tcp_socket socket, const tcp::endpoint& peer);
  bool is_crowded(const tcp::endpoint& peer) const;
  void refuse(const tcp::endpoint& peer, std::string_view kind, const std::string& why);

  void look_for(const search_ptr& what, const host_port& where);
  void connect(const search_ptr& what, std::vector<tcp::endpoint> to);
  void reached(const search_ptr& what, const tcp::endpoint& peer);
  void not_reached(const search_ptr& what, const std::string& why);

  void keep(connection_ptr which);
  void on_ended(cluster_connection& which, ending how, const std::string& why);
  connection_ptr take(const cluster_connection& which);
  cluster_connection* find(port at) const;
  void count();

  cluster_door_options options_;
  metrics& counts_;
  cluster_context context_;
  tcp_acceptor acceptor_;
  boost::asio::ip::basic_resolver<tcp, boost::asio::io_context::executor_type> resolver_;
  timer retry_;
  timer tell_again_;
  std::shared_ptr<cluster_door*> self_; ///< What pending operations find it by; null once gone.
  user* user_ = nullptr;
  port caf_ = 0; ///< Where CAF is; 0 until it is open.
  std::vector<connection_ptr> connections_;
  std::map<std::string, search_ptr> searches_;         ///< By what was dialled.
  std::set<std::pair<std::string, std::string>> told_; ///< Who was refused, and why, of late.
};

} // namespace salon
