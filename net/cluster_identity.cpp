#include "net/cluster_identity.hpp"

#include "net/cluster_certificates.hpp"
#include "net/host_port.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace salon {

namespace {

using sentence = std::optional<std::string>;

constexpr auto lock_patience = std::chrono::seconds{10};

constexpr mode_t only_owner = 0700;
constexpr mode_t anybody_else = 0077;

class descriptor {
public:
  explicit descriptor(int opened) : number_(opened) {
    // nop
  }

  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }

  explicit operator bool() const noexcept {
    return number_ >= 0;
  }

  int get() const noexcept {
    return number_;
  }

private:
  int number_;
};

std::string because(const std::string& path, const std::string& what) {
  return path + ": " + what + ": " + std::strerror(errno);
}

// -- the folder ---------------------------------------------------------------

sentence objection_to_owner(const std::string& path, const struct stat& found) {
  if (found.st_uid != ::geteuid())
    return path
           + " belongs to another user: remove it, or set cluster.certificate, cluster.key "
             "and cluster.ca";
  if ((found.st_mode & anybody_else) != 0)
    return path + " can be read or changed by others, who could pass for a node: chmod go= '" + path
           + "', or remove the folder it is in to have all made anew";
  return std::nullopt;
}

sentence objection_to_file(const std::string& path) {
  descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0)
    return because(path, "cannot be read");
  if (!S_ISREG(found.st_mode))
    return path + " is not a file: remove it";
  return objection_to_owner(path, found);
}

sentence prepare_folder(const std::string& folder) {
  std::error_code wrong;
  std::filesystem::create_directories(std::filesystem::path{folder}.parent_path(), wrong);
  if (wrong)
    return folder + ": cannot be made: " + wrong.message();
  if (::mkdir(folder.c_str(), only_owner) != 0 && errno != EEXIST)
    return because(folder, "cannot be made");
  descriptor opened{::open(folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW)};
  struct stat found {};
  if (!opened || ::fstat(opened.get(), &found) != 0)
    return because(folder, "is no folder for certificates");
  return objection_to_owner(folder, found);
}

// Waits for another node that is making the same: that takes milliseconds.
bool take_lock(int file) {
  auto end = std::chrono::steady_clock::now() + lock_patience;
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if ((errno != EWOULDBLOCK && errno != EINTR) || std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return true;
}

// -- what is in it ------------------------------------------------------------

bool write_all(int to, std::string_view text) {
  while (!text.empty()) {
    auto written = ::write(to, text.data(), text.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(to) == 0;
}

sentence put(const std::string& path, const std::string& text) {
  auto draft = path + ".new";
  ::unlink(draft.c_str());
  descriptor file{
    ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file || ::fchmod(file.get(), 0600) != 0 || !write_all(file.get(), text)
      || ::rename(draft.c_str(), path.c_str()) != 0)
    return because(path, "cannot be written");
  return std::nullopt;
}

sentence make(const cluster_files& files) {
  auto made = make_certificates();
  if (!made)
    return "OpenSSL could not make a certificate for the cluster: set cluster.certificate, "
           "cluster.key and cluster.ca";
  if (auto why = put(files.key, made->key))
    return why;
  if (auto why = put(files.certificate, made->certificate))
    return why;
  // Last: where it is, all is.
  return put(files.ca, made->ca);
}

sentence look_at(const cluster_files& files) {
  for (const auto* each : {&files.certificate, &files.key, &files.ca})
    if (auto why = objection_to_file(*each))
      return why;
  if (auto why = objection_to(files))
    return *why + "; remove the folder it is in to have all made anew, with no node running";
  return std::nullopt;
}

sentence provide(const std::string& folder, const cluster_files& files) {
  if (auto why = prepare_folder(folder))
    return why;
  auto name = folder + "/lock";
  descriptor lock{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!lock || !take_lock(lock.get()))
    return because(name, "the lock cannot be had");
  if (::access(files.ca.c_str(), F_OK) != 0) {
    if (auto why = make(files))
      return why;
  }
  return look_at(files);
}

} // namespace

cluster_identity find_identity(const cluster_files& given, bool on_loopback,
                               const std::string& folder) {
  if (!given.certificate.empty() || !given.key.empty() || !given.ca.empty())
    return {given, objection_to(given)};
  if (!on_loopback)
    return {given, "a cluster that other machines are part of needs certificates of its own: set "
                   "cluster.certificate, cluster.key and cluster.ca (docs/cluster.md says how to "
                   "make them)"};
  if (folder.empty())
    return {given, "there is no place for this cluster's certificate: set XDG_STATE_HOME or HOME, "
                   "or cluster.certificate, cluster.key and cluster.ca"};
  cluster_files own{folder + "/node.pem", folder + "/node.key", folder + "/ca.pem"};
  auto objection = provide(folder, own);
  return {std::move(own), std::move(objection)};
}

bool is_all_on_loopback(const std::string& listen, const std::vector<std::string>& join) {
  auto is_here = [](const std::string& text) {
    auto where = read_host_port(text);
    return where && is_loopback(where->host);
  };
  return (listen.empty() || is_here(listen)) && std::all_of(join.begin(), join.end(), is_here);
}

std::string default_cluster_folder() {
  auto variable = [](const char* name) {
    const auto* value = std::getenv(name);
    return std::string{value ? value : ""};
  };
  auto state = variable("XDG_STATE_HOME");
  if (state.empty() || state.front() != '/') {
    auto home = variable("HOME");
    if (home.empty())
      return {};
    state = home + "/.local/state";
  }
  return state + "/salon/cluster";
}

} // namespace salon
