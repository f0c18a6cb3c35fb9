#include "actors/caf_carrier_network.hpp"

#include "base/caf_adapter.hpp"
#include "base/log.hpp"
#include "base/thread_name.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/openssl/manager.hpp>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <latch>
#include <string_view>
#include <utility>

namespace salon {

namespace {

using namespace std::chrono_literals;

// CAF counts a connection that is being opened as silent since ever: at each of its heartbeats it
// ends those. So they are rare, and links have heartbeats of their own that notice much earlier.
constexpr caf::timespan heartbeat_interval = 10s;
constexpr caf::timespan connection_timeout = 30s;

thread_local bool on_network_thread = false;

// OpenSSL keeps what went wrong in a list per thread, and as long as that has something in it takes
// "nothing to read" for a failure. CAF does not look after the list: after one failed handshake it
// would end the connections of others. So it is cleared where a handshake ends in whatever way.
void after_handshake(const SSL*, int where, int result) {
  if ((where & SSL_CB_EXIT) != 0 && result <= 0 && on_network_thread)
    ERR_clear_error();
}

// CAF makes a context for each connection.
void on_new_context(void* made, void*, CRYPTO_EX_DATA*, int, long, void*) {
  auto* context = static_cast<SSL_CTX*>(made);
  SSL_CTX_set_info_callback(context, after_handshake);
  // A connection that just ends is no failure either: what is above TLS knows where it ends.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

void look_after_contexts() {
  static const int hook = SSL_CTX_get_ex_new_index(0, nullptr, on_new_context, nullptr, nullptr);
  static_cast<void>(hook);
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  return 0;
}

// 0 for what is no connection to this machine's loopback, or none at all.
std::uint16_t peer_port(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return 0;
  return port_of(address);
}

} // namespace

void init_caf_network() {
  caf::io::middleman::init_global_meta_objects();
}

std::optional<std::string> prepare_caf_network(caf::actor_system_config& config,
                                               const cluster_files& files) {
  if (files.certificate.empty() || files.key.empty() || files.ca.empty())
    return "a cluster needs all of cluster.certificate, cluster.key and cluster.ca: nobody may "
           "connect without a certificate";
  look_after_contexts();
  config.load<caf::io::middleman>();
  config.load<caf::openssl::manager>();
  config.openssl_certificate = files.certificate;
  config.openssl_key = files.key;
  config.openssl_cafile = files.ca;
  config.set("caf.middleman.heartbeat-interval", heartbeat_interval);
  config.set("caf.middleman.connection-timeout", connection_timeout);
  // On the network's thread: CAF's other threads belong to actors that may take their time.
  config.set("caf.middleman.workers", std::size_t{0});
  // What CAF throws there for want of descriptors, or of a certificate file, must not end us all.
  config.set("caf.middleman.manual-multiplexing", true);
  return std::nullopt;
}

caf_network::caf_network(caf::actor_system& system, cluster_files files)
  : system_(system),
    files_(std::move(files)) {
  std::latch runs{1};
  thread_ = std::thread{[this, &runs] {
    name_thread("cluster links");
    system_.middleman().backend().thread_id(std::this_thread::get_id());
    runs.count_down();
    run();
  }};
  // Others look at whose thread it is.
  runs.wait();
}

caf_network::~caf_network() {
  system_.middleman().backend().post([this] { stopped_ = true; });
  thread_.join();
}

void caf_network::run() {
  on_network_thread = true;
  auto& backend = system_.middleman().backend();
  while (!stopped_) {
    // What connections that were open, or files that are gone, have left there.
    ERR_clear_error();
    try {
      backend.run_once();
    } catch (const std::exception& why) {
      log::warn("cluster connection failed", {{"reason", std::string_view{why.what()}}});
    }
  }
}

std::optional<std::string> caf_network::objection() const {
  for (const auto* each : {&files_.certificate, &files_.key, &files_.ca})
    if (::access(each->c_str(), R_OK) != 0)
      return "this node cannot read " + *each + " any more";
  return std::nullopt;
}

void caf_network::list(std::function<void(std::vector<connection>)> what) {
  auto& middleman = system_.middleman();
  middleman.backend().post([&middleman, what = std::move(what)] {
    auto handle = middleman.named_broker<caf::io::basp_broker>("BASP");
    auto* broker
      = static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(handle));
    std::vector<connection> found;
    for (auto each : broker->connections()) {
      auto descriptor = static_cast<int>(each.id());
      found.push_back({descriptor, peer_port(descriptor)});
    }
    what(std::move(found));
  });
}

void caf_network::cut(std::vector<connection> which) {
  system_.middleman().backend().post([which = std::move(which)] {
    // Only this thread closes them, so what still has that peer is still that one. What has none
    // ends by itself.
    for (const auto& each : which)
      if (each.peer != 0 && peer_port(each.descriptor) == each.peer)
        ::shutdown(each.descriptor, SHUT_RDWR);
  });
}

} // namespace salon
