#include "tests/support/cluster_node.hpp"

#include "base/log.hpp"
#include "server/server.hpp"
#include "tests/support/server_process.hpp"

#include <caf/actor_registry.hpp>
#include <catch2/catch_test_macros.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <future>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace salon::testing {

void know_messages() {
  static std::once_flag once;
  std::call_once(once, [] {
    log::configure(log::level::off, log::format::text);
    init_caf_network();
    init_messages<>();
  });
}

namespace {

cluster_files with_messages(cluster_files files) {
  know_messages();
  return files;
}

} // namespace

cluster_node::configuration::configuration(const cluster_files& files) {
  set("caf.scheduler.max-threads", 1);
  if (auto why = prepare_caf_network(*this, files))
    throw std::runtime_error{*why};
}

cluster_node::cluster_node(const node_wishes& wishes)
  : wishes_(wishes),
    config_(with_messages(wishes.files)),
    system_(config_),
    counts_(system_),
    home_(system_, 0),
    door_(home_, counts_, wishes.door),
    network_(std::make_unique<caf_network>(system_, wishes.files)) {
  if (auto why = door_.listen("127.0.0.1:0"))
    throw std::runtime_error{*why};
  carrier_ = start_caf_carrier(home_, *network_, door_, wishes.carrier);
  if (carrier_.objection)
    throw std::runtime_error{*carrier_.objection};
  carrier_.carrier->serve(this);
  caf_port_ = carrier_.port;
  thread_ = std::thread{[this] { home_.run(); }};
}

cluster_node::~cluster_node() {
  dismiss(carrier_.handle);
  carrier_.handle = nullptr;
  auto end = std::chrono::steady_clock::now() + patience;
  while (system_.registry().running() != 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  CHECK(system_.registry().running() == 0);
  home_.stop();
  thread_.join();
  network_ = nullptr;
}

std::string cluster_node::address() const {
  return "127.0.0.1:" + std::to_string(door_.listening_port());
}

void cluster_node::perform(std::function<void(link_carrier&)> what) {
  home_.post([this, what = std::move(what)] { what(*carrier_.carrier); });
}

void cluster_node::dial(const std::string& whom) {
  perform([whom](link_carrier& carrier) { carrier.dial(whom); });
}

void cluster_node::send(way_id way, std::string frame) {
  perform([way, frame = std::move(frame)](link_carrier& carrier) { carrier.send(way, frame); });
}

void cluster_node::close(way_id way) {
  perform([way](link_carrier& carrier) { carrier.close(way); });
}

cluster_node::event cluster_node::await(kind what, std::size_t number) {
  std::unique_lock guard{mutex_};
  event result{};
  auto came = changed_.wait_for(guard, patience, [&] {
    std::size_t count = 0;
    for (const auto& each : events_)
      if (each.what == what && ++count == number) {
        result = each;
        return true;
      }
    return false;
  });
  if (!came)
    throw std::runtime_error{"what was waited for did not come"};
  return result;
}

void cluster_node::await(const std::function<bool()>& done) {
  auto end = std::chrono::steady_clock::now() + patience;
  for (auto is_done = false; !is_done;) {
    if (std::chrono::steady_clock::now() >= end)
      throw std::runtime_error{"what was waited for did not come"};
    std::promise<bool> answer;
    home_.post([&] { answer.set_value(done()); });
    is_done = answer.get_future().get();
    if (!is_done)
      std::this_thread::yield();
  }
}

std::vector<cluster_node::event> cluster_node::all(kind what) const {
  std::lock_guard guard{mutex_};
  std::vector<event> result;
  std::copy_if(events_.begin(), events_.end(), std::back_inserter(result),
               [what](const event& each) { return each.what == what; });
  return result;
}

std::size_t cluster_node::caf_connections() {
  std::promise<std::size_t> answer;
  network_->list([&](const auto& found) { answer.set_value(found.size()); });
  return answer.get_future().get();
}

void cluster_node::on_way(way_id way, const std::string& address) {
  if (wishes_.admits)
    carrier_.carrier->admit(way);
  add({kind::way, way, address, {}});
}

void cluster_node::on_known(const std::string& address, way_id way) {
  add({kind::known, way, address, {}});
}

void cluster_node::on_no_way(const std::string& address, const std::string& why) {
  add({kind::no_way, 0, address, why});
}

void cluster_node::on_frame(way_id way, std::string frame) {
  if (wishes_.echoes)
    carrier_.carrier->send(way, frame);
  add({kind::frame, way, {}, std::move(frame)});
}

void cluster_node::on_closed(way_id way, const std::string& why) {
  add({kind::closed, way, {}, why});
}

void cluster_node::add(event what) {
  std::lock_guard guard{mutex_};
  events_.push_back(std::move(what));
  changed_.notify_all();
}

// -- a process ----------------------------------------------------------------

cluster_process::cluster_process(const node_wishes& wishes) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0)
    throw std::runtime_error{"no pipe"};
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    auto wanted = wishes;
    wanted.echoes = true;
    cluster_node node{wanted};
    auto address = node.address();
    if (::write(pipe[1], address.data(), address.size()) < 0)
      ::_exit(1);
    for (;;)
      ::pause();
  }
  std::array<char, 64> text{};
  auto got = ::read(pipe[0], text.data(), text.size());
  ::close(pipe[0]);
  ::close(pipe[1]);
  if (got <= 0)
    throw std::runtime_error{"no node in the other process"};
  address_.assign(text.data(), static_cast<std::size_t>(got));
}

cluster_process::~cluster_process() {
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void cluster_process::signal(int number) const {
  ::kill(pid_, number);
}

} // namespace salon::testing
