#include "net/control_socket.hpp"

#include "actors/metrics.hpp"
#include "base/log.hpp"
#include "base/shard.hpp"
#include "base/state_folder.hpp"
#include "net/control_visit.hpp"
#include "store/store_file.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace salon {

namespace {

using boost::system::error_code;

constexpr std::size_t path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

// Those who are refused for their number wait here for a moment.
constexpr int backlog = 16;

// Others who may write to the folder could put a socket of theirs in the place of ours.
std::optional<std::string> objection_to_folder(const std::string& path) {
  auto folder = std::filesystem::path{path}.parent_path().string();
  if (folder.empty())
    folder = ".";
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0)
    return folder + ": " + std::strerror(errno);
  if ((found.st_mode & S_IWOTH) != 0 && (found.st_mode & S_ISVTX) == 0)
    return folder
           + ": everybody may write to it: choose another folder for the control socket, or "
             "`chmod o-w` this one";
  return std::nullopt;
}

// Whether somebody accepts connections there.
bool is_alive(const std::string& path) {
  boost::asio::io_context scratch{1};
  boost::asio::local::stream_protocol::socket probe{scratch};
  error_code wrong;
  probe.open({}, wrong);
  probe.non_blocking(true, wrong);
  probe.connect(path, wrong);
  return wrong != boost::asio::error::connection_refused;
}

} // namespace

control_socket::control_socket(shard& home, metrics& counts, control_options options,
                               control_handler handle)
  : home_(home),
    counts_(counts),
    options_(std::move(options)),
    handle_(std::move(handle)),
    acceptor_(home.io()),
    retry_([this] { accept(); }),
    self_(std::make_shared<control_socket*>(this)) {
  // nop
}

control_socket::~control_socket() {
  stop();
  *self_ = nullptr;
}

std::optional<std::string> control_socket::open() {
  const auto& path = options_.path;
  if (path.empty())
    return "there is no place for the control socket: set control.path, XDG_STATE_HOME or HOME";
  if (path.size() > path_bytes_max)
    return path + ": expected a path of up to " + std::to_string(path_bytes_max) + " bytes";
  if (auto why = make_folder(path); why.code != store_errc::none)
    return why.sentence;
  if (auto why = objection_to_folder(path))
    return why;
  auto locked = file_lock::take(path);
  if (!locked)
    return locked.error().sentence;
  lock_ = std::move(*locked);
  if (auto why = make_way())
    return why;
  return bind();
}

// The lock says that no server of ours lives there. It may still be something else.
std::optional<std::string> control_socket::make_way() const {
  const auto& path = options_.path;
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0)
    return std::nullopt;
  if (!S_ISSOCK(found.st_mode))
    return path + ": not a socket: choose another path for the control socket";
  if (is_alive(path))
    return path + ": another program listens there: choose another path for the control socket";
  if (::unlink(path.c_str()) != 0)
    return path + ": " + std::strerror(errno);
  return std::nullopt;
}

std::optional<std::string> control_socket::bind() {
  error_code wrong;
  acceptor_.open({}, wrong);
  // On the socket: the file has these rights from its first moment on.
  if (!wrong && ::fchmod(acceptor_.native_handle(), S_IRUSR | S_IWUSR) != 0)
    wrong = error_code{errno, boost::system::system_category()};
  if (!wrong)
    acceptor_.bind(options_.path, wrong);
  is_open_ = !wrong;
  if (!wrong)
    acceptor_.listen(backlog, wrong);
  if (!wrong)
    return std::nullopt;
  stop();
  return options_.path + ": " + wrong.message();
}

void control_socket::start() {
  accept();
}

void control_socket::stop() {
  retry_.disarm();
  error_code ignored;
  acceptor_.close(ignored);
  for (const auto& each : std::exchange(visits_, {})) {
    each->drop();
    counts_.control_connections.dec();
  }
  if (std::exchange(is_open_, false))
    ::unlink(options_.path.c_str());
  lock_ = {};
}

void control_socket::accept() {
  acceptor_.async_accept([self = self_](error_code wrong, protocol::socket socket) {
    if (*self == nullptr || wrong == boost::asio::error::operation_aborted)
      return;
    auto& here = **self;
    if (wrong)
      return here.home_.wheel().arm(here.retry_, retry_interval);
    here.welcome(std::move(socket));
    here.accept();
  });
}

void control_socket::welcome(protocol::socket socket) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  auto is_known = ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  auto came = std::make_shared<visit>(*this, std::move(socket));
  auto is_crowded = visits_.size() >= options_.connections_max;
  visits_.insert(came);
  counts_.control_connections.inc();
  if (!is_known || (peer.uid != ::geteuid() && peer.uid != 0)) {
    log::warn("control refused", {{"uid", peer.uid}, {"pid", peer.pid}});
    return came->refuse("this server takes orders from the user who runs it, and from root");
  }
  if (is_crowded)
    return came->refuse("there are " + std::to_string(options_.connections_max)
                        + " requests under way: come back when one of them is done");
  came->start();
}

std::string default_control_path(std::uint16_t port) {
  auto folder = state_folder();
  return port == 0 || folder.empty() ? std::string{}
                                     : folder + "/" + std::to_string(port) + ".sock";
}

} // namespace salon
