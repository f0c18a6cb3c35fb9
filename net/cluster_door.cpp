#include "net/cluster_door.hpp"

#include "base/log.hpp"
#include "base/shard.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

namespace salon {

namespace {

using boost::system::error_code;

constexpr int backlog = 256;
constexpr int accepts_in_a_row = 16;

// How long accepting rests when there are no descriptors.
constexpr std::chrono::milliseconds retry_interval{200};

// A stranger who comes again and again is logged as often; there is room for so many strangers.
constexpr std::chrono::minutes tell_again_interval{1};
constexpr std::size_t told_max = 256;

std::string_view name_of(cluster_gate::ending how) {
  switch (how) {
  case cluster_gate::ending::late:
    return "late";
  case cluster_gate::ending::not_tls:
    return "not_tls";
  case cluster_gate::ending::not_of_cluster:
    return "certificate";
  default:
    return "lost";
  }
}

} // namespace

cluster_door::cluster_door(shard& home, metrics& counts, cluster_door_options options)
  : options_(options),
    counts_(counts),
    context_{home, counts, options_},
    acceptor_(home.io()),
    resolver_(home.io()),
    retry_([this] { accept_all(); }),
    tell_again_([this] { told_.clear(); }),
    self_(std::make_shared<cluster_door*>(this)) {
  // nop
}

cluster_door::~cluster_door() {
  *self_ = nullptr;
  for (auto& [address, each] : searches_)
    each->over = true;
  for (auto& each : connections_)
    each->cut();
  connections_.clear();
  count();
}

// -- coming in ----------------------------------------------------------------

std::optional<std::string> cluster_door::listen(const std::string& at) {
  auto where = read_host_port(at);
  error_code wrong;
  auto address = boost::asio::ip::make_address(where && where->host == "localhost" ? "127.0.0.1"
                                               : where                             ? where->host
                                                                                   : "",
                                               wrong);
  if (wrong)
    return "cluster.listen: " + at + " is no address of this machine with a port, such as "
           + "10.0.0.1:9510 or [::1]:9510";
  tcp::endpoint place{address, where->port};
  acceptor_.open(place.protocol(), wrong);
  if (!wrong)
    acceptor_.set_option(tcp_acceptor::reuse_address{true}, wrong);
  if (!wrong)
    acceptor_.bind(place, wrong);
  if (!wrong)
    acceptor_.listen(backlog, wrong);
  if (!wrong)
    acceptor_.non_blocking(true, wrong);
  if (!wrong)
    return std::nullopt;
  error_code ignored;
  acceptor_.close(ignored);
  return "Cannot listen for other nodes on " + at + ": " + wrong.message();
}

cluster_gate::port cluster_door::listening_port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

void cluster_door::open(port caf) {
  caf_ = caf;
  if (acceptor_.is_open())
    accept();
}

void cluster_door::accept() {
  acceptor_.async_wait(tcp_acceptor::wait_read, [self = self_](error_code cancelled) {
    if (*self && !cancelled)
      (*self)->accept_all();
  });
}

void cluster_door::accept_all() {
  for (auto n = 0; n < accepts_in_a_row; ++n)
    if (!accept_one())
      return;
  accept();
}

// Whether to go on at once.
bool cluster_door::accept_one() {
  tcp_socket socket{context_.home.io()};
  tcp::endpoint peer;
  error_code wrong;
  acceptor_.accept(socket, peer, wrong);
  if (wrong == boost::asio::error::would_block) {
    accept();
    return false;
  }
  auto has_descriptor = !wrong && !is_among_last(socket.native_handle());
  if (has_descriptor) {
    welcome(std::move(socket), peer);
    return true;
  }
  if (!wrong)
    close_socket(socket, true);
  context_.home.wheel().arm(retry_, retry_interval);
  return false;
}

void cluster_door::welcome(tcp_socket socket, const tcp::endpoint& peer) {
  if (is_crowded(peer)) {
    close_socket(socket, true);
    return refuse(peer, "crowded", "too many connections are not admitted yet");
  }
  if (auto why = user_ ? user_->objection() : std::nullopt) {
    close_socket(socket, true);
    return refuse(peer, "unable", *why);
  }
  auto made = std::make_shared<cluster_connection>(context_, std::move(socket), peer);
  keep(made);
  made->greet(caf_);
  count();
}

bool cluster_door::is_crowded(const tcp::endpoint& peer) const {
  std::size_t all = 0;
  std::size_t of_peer = 0;
  for (const auto& each : connections_) {
    all += each->is_stranger();
    of_peer += each->is_stranger() && each->peer().address() == peer.address();
  }
  return all >= options_.strangers_max || of_peer >= options_.strangers_per_address_max;
}

void cluster_door::refuse(const tcp::endpoint& peer, std::string_view kind,
                          const std::string& why) {
  counts_.stranger_left(kind);
  // Who went by itself may have found another connection to this node: that is how nodes begin.
  if (kind == name_of(ending::lost))
    return;
  auto address = peer.address().to_string();
  if (told_.size() >= told_max || !told_.emplace(address, kind).second)
    return;
  if (!tell_again_.armed())
    context_.home.wheel().arm(tell_again_, tell_again_interval);
  log::warn("stranger refused", {{"remote", to_text(peer)}, {"reason", why}});
}

// -- both ---------------------------------------------------------------------

void cluster_door::serve(user* whom) {
  user_ = whom;
}

void cluster_door::keep(connection_ptr which) {
  which->on_ended([this](cluster_connection& ended, ending how, const std::string& why) {
    on_ended(ended, how, why);
  });
  connections_.push_back(std::move(which));
}

void cluster_door::on_ended(cluster_connection& which, ending how, const std::string& why) {
  auto kept = take(which);
  if (kept->is_stranger())
    refuse(kept->peer(), name_of(how), why);
  if (user_ && kept->inner_port() != 0)
    user_->on_ended(kept->inner_port(), how, why);
}

cluster_door::connection_ptr cluster_door::take(const cluster_connection& which) {
  auto found = std::find_if(connections_.begin(), connections_.end(),
                            [&](const auto& each) { return each.get() == &which; });
  auto taken = std::move(*found);
  connections_.erase(found);
  count();
  return taken;
}

cluster_connection* cluster_door::find(port at) const {
  auto found = std::find_if(connections_.begin(), connections_.end(),
                            [&](const auto& each) { return each->inner_port() == at; });
  return found == connections_.end() || at == 0 ? nullptr : found->get();
}

bool cluster_door::knows(port at) const {
  return find(at) != nullptr;
}

void cluster_door::admit(port at) {
  if (auto* found = find(at))
    found->admit();
  count();
}

void cluster_door::cut(port at) {
  if (auto* found = find(at))
    take(*found)->cut();
}

void cluster_door::cut_strangers() {
  std::erase_if(connections_, [](const connection_ptr& each) {
    if (each->is_stranger())
      each->cut();
    return each->is_stranger();
  });
  count();
}

void cluster_door::count() {
  counts_.cluster_connections.value(static_cast<std::int64_t>(connections_.size()));
  counts_.cluster_strangers.value(
    std::count_if(connections_.begin(), connections_.end(),
                  [](const auto& each) { return each->is_stranger(); }));
}

} // namespace salon
