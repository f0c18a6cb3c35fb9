#include "server/attached_node.hpp"

#include "base/log.hpp"
#include "server/node_core.hpp"
#include "server/version.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace salon {

namespace {

config as_attached(config options) {
  options.cluster.hosts_rooms = false;
  // It delivers to its own actors only.
  if (options.shards == 0)
    options.shards = 1;
  return options;
}

} // namespace

class attached_node::node final : public node_core {
public:
  explicit node(config wanted) : node_core(std::move(wanted)) {
    others->on_view([this](const cluster_view& now) { look_at(now); });
  }

  ~node() override {
    end_waiting();
    end();
  }

  void begin(const member_actor& whom) override;

  int run();

  std::function<void()> on_attached;

private:
  void look_at(const cluster_view& now);
  void begin_all();
  void end_waiting();

  bool is_attached_ = false; ///< Of the cluster's thread.
  std::mutex mutex_;
  bool has_begun_ = false;            // guarded by mutex_
  std::vector<member_actor> waiting_; // guarded by mutex_
};

// An actor asks for its rooms when it begins, and does not wait for ever.
void attached_node::node::begin(const member_actor& whom) {
  std::lock_guard guard{mutex_};
  if (has_begun_)
    wake(whom);
  else
    waiting_.push_back(whom);
}

void attached_node::node::begin_all() {
  std::lock_guard guard{mutex_};
  has_begun_ = true;
  for (const auto& each : std::exchange(waiting_, {}))
    wake(each);
}

// Nobody else knows of them.
void attached_node::node::end_waiting() {
  std::lock_guard guard{mutex_};
  has_begun_ = true;
  for (const auto& each : std::exchange(waiting_, {}))
    dismiss(each);
}

void attached_node::node::look_at(const cluster_view& now) {
  auto hosts = now.hosts().size();
  if (is_attached_ == (hosts > 0))
    return;
  is_attached_ = hosts > 0;
  if (!is_attached_) {
    log::warn("not attached", {{"reason", "no node can be reached that hosts rooms"}});
    return;
  }
  log::info("attached", {{"nodes", hosts}, {"version", version()}});
  begin_all();
  if (auto what = std::exchange(on_attached, {}))
    what();
}

int attached_node::node::run() {
  // A program may have filled the options by itself: they are held to the same rules.
  auto wrong = contradictions(options);
  if (wrong.empty() && others->objection())
    wrong.push_back(*others->objection());
  for (const auto& why : wrong)
    log::error("cannot attach", {{"reason", why}});
  if (!wrong.empty())
    return 1;
  catch_signals();
  others->start(directory);
  start_threads();
  wait_for_stop();
  end_waiting();
  leave_cluster();
  end_actors();
  stop_threads();
  log::info("stopped");
  return 0;
}

attached_node::attached_node(config options)
  : actor_home(std::make_unique<node>(prepared(as_attached(std::move(options))))) {
  // nop
}

attached_node::~attached_node() = default;

attached_node::node& attached_node::self() const noexcept {
  return static_cast<node&>(*core_);
}

void attached_node::on_attached(std::function<void()> what) {
  self().on_attached = std::move(what);
}

int attached_node::run() {
  return self().run();
}

config attached_config_from_environment(const std::string& name) {
  config defaults;
  defaults.cluster.hosts_rooms = false;
  defaults.cluster.name = name;
  return config_from_environment(std::move(defaults));
}

} // namespace salon
