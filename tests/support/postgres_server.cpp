#include "tests/support/postgres_server.hpp"

#include "store/postgres_connection.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace salon::testing {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;
constexpr auto unprivileged = "nobody"; // PostgreSQL does not run as root

// Where PostgreSQL's programs are: Debian keeps them out of the way, by version.
std::string programs() {
  std::vector<std::string> places;
  std::error_code ignored;
  for (const auto& each : std::filesystem::directory_iterator{"/usr/lib/postgresql", ignored})
    places.push_back(each.path().string() + "/bin");
  std::sort(places.rbegin(), places.rend());
  std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
  for (std::size_t begin = 0; begin < path.size();) {
    auto end = std::min(path.find(':', begin), path.size());
    places.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  for (const auto& each : places)
    if (::access((each + "/initdb").c_str(), X_OK) == 0
        && ::access((each + "/postgres").c_str(), X_OK) == 0)
      return each;
  return {};
}

struct identity {
  uid_t user = ::getuid();
  gid_t group = ::getgid();
};

identity who_runs_it() {
  identity result;
  if (::getuid() != 0)
    return result;
  const auto* entry = ::getpwnam(unprivileged);
  if (entry == nullptr)
    throw std::runtime_error{std::string{"no user "} + unprivileged};
  return {entry->pw_uid, entry->pw_gid};
}

// Starts a program of PostgreSQL's that writes to `output`. Everything is made ready before the
// fork: after it a child may do only what a signal handler may.
int start_program(std::vector<std::string> arguments, int output) {
  arguments.front() = programs() + "/" + arguments.front();
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (auto& each : arguments)
    pointers.push_back(each.data());
  pointers.push_back(nullptr);
  std::array<std::string, 3> environment{"LC_ALL=C", "TZ=UTC", "PATH=" + programs()};
  std::array<char*, 4> variables{environment[0].data(), environment[1].data(),
                                 environment[2].data(), nullptr};
  auto who = who_runs_it();
  auto is_root = ::getuid() == 0;
  auto parent = ::getpid();
  auto pid = ::fork();
  if (pid < 0)
    throw std::runtime_error{"no process"};
  if (pid > 0)
    return pid;
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  if (is_root
      && (::setgroups(0, nullptr) != 0 || ::setgid(who.group) != 0 || ::setuid(who.user) != 0))
    ::_exit(126);
  // It does not outlive the test. To PostgreSQL this means: end at once.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent || ::chdir("/") != 0)
    ::_exit(126);
  ::execve(pointers.front(), pointers.data(), variables.data());
  ::_exit(127);
}

void run_program(const std::vector<std::string>& arguments, const std::string& folder) {
  auto path = folder + "/" + arguments.front() + ".log";
  auto output = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  auto pid = start_program(arguments, output);
  ::close(output);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status == 0)
    return;
  std::ifstream file{path};
  throw std::runtime_error{arguments.front()
                           + " failed: " + std::string{std::istreambuf_iterator<char>{file}, {}}};
}

std::vector<int> children_of(int pid) {
  auto id = std::to_string(pid);
  std::ifstream file{"/proc/" + id + "/task/" + id + "/children"};
  std::vector<int> result;
  for (int child = 0; file >> child;)
    result.push_back(child);
  return result;
}

} // namespace

postgres_server::own_folder::own_folder()
  : path((std::filesystem::temp_directory_path() / "salon-pg-XXXXXX").string()) {
  auto who = who_runs_it();
  if (::mkdtemp(path.data()) == nullptr || ::chown(path.c_str(), who.user, who.group) != 0)
    throw std::runtime_error{"no folder for a database"};
}

postgres_server::own_folder::~own_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

std::string postgres_server::lack() {
  return programs().empty() ? "PostgreSQL is not installed: ./dev setup test" : "";
}

postgres_server& postgres_server::shared() {
  static postgres_server all;
  return all;
}

postgres_server::postgres_server(std::vector<std::string> settings)
  : settings_(std::move(settings)) {
  run_program({"initdb", "--no-sync", "--no-instructions", "--auth=trust", "--encoding=UTF8",
               "--locale=C", "--username=salon", "--pgdata=" + folder_.path + "/data"},
              folder_.path);
  start();
}

postgres_server::postgres_server(const postgres_server& primary, std::vector<std::string> settings)
  : settings_(std::move(settings)) {
  run_program({"pg_basebackup", "--no-sync", "--checkpoint=fast", "--write-recovery-conf",
               "--dbname=" + primary.url(), "--pgdata=" + folder_.path + "/data"},
              folder_.path);
  start();
}

postgres_server::~postgres_server() {
  stop();
}

std::string postgres_server::url(const std::string& user, const std::string& database) const {
  return "postgres://" + user + "@/" + database + "?host=" + folder_.path;
}

std::string postgres_server::run(const std::string& sql) const {
  postgres_options options;
  options.url = url() + "&target_session_attrs=any"; // a standby as well
  options.request_timeout = patience;
  postgres_connection connection{options, "test"};
  auto rows = connection.execute(sql);
  return rows.size() == 0 ? std::string{} : std::string{rows.bytes(0, 0)};
}

void postgres_server::start() {
  std::vector<std::string> arguments{"postgres", "-D", folder_.path + "/data", "-k", folder_.path};
  std::vector<std::string> settings{
    "listen_addresses=",  "fsync=off",         "full_page_writes=off", "shared_buffers=16MB",
    "max_connections=60", "max_wal_senders=4", "autovacuum=off",       "log_min_messages=log",
    "log_statement=none"};
  settings.insert(settings.end(), settings_.begin(), settings_.end());
  for (const auto& each : settings) {
    arguments.emplace_back("-c");
    arguments.push_back(each);
  }
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    throw std::runtime_error{"no pipe"};
  log_.clear();
  is_over_ = false;
  pid_ = start_program(arguments, pipe[1]);
  ::close(pipe[1]);
  collector_ = std::thread{[this, from = pipe[0]] { collect(from); }};
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience, [this] {
    return is_over_ || log_.find("ready to accept") != std::string::npos;
  });
  if (log_.find("ready to accept") == std::string::npos) {
    auto log = log_;
    lock.unlock();
    kill();
    throw std::runtime_error{"PostgreSQL does not start: " + log};
  }
}

void postgres_server::kill() {
  signal_all(SIGKILL);
  wait_for_end();
}

void postgres_server::stop() {
  if (pid_ > 0)
    ::kill(pid_, SIGINT); // fast: does not wait for its clients
  wait_for_end();
}

void postgres_server::freeze() {
  signal_all(SIGSTOP);
}

void postgres_server::thaw() {
  signal_all(SIGCONT);
}

void postgres_server::promote() const {
  run("SELECT pg_promote(true)");
}

void postgres_server::signal_all(int number) const {
  if (pid_ <= 0)
    return;
  // First the one that starts others.
  ::kill(pid_, number);
  for (auto child : children_of(pid_))
    ::kill(child, number);
}

// The pipe ends with the last of its processes; until then another server cannot be started over
// its files.
void postgres_server::wait_for_end() {
  if (pid_ <= 0)
    return;
  collector_.join();
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void postgres_server::collect(int from) {
  std::array<char, 4096> buffer{};
  for (;;) {
    auto got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    std::lock_guard lock{mutex_};
    if (got > 0)
      log_.append(buffer.data(), static_cast<std::size_t>(got));
    else
      is_over_ = true;
    changed_.notify_all();
    if (is_over_)
      break;
  }
  ::close(from);
}

} // namespace salon::testing
