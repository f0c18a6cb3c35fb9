#include "server/server.hpp"

#include "base/log.hpp"
#include "server/load_config.hpp"
#include "server/node.hpp"

#include <stdexcept>
#include <utility>

namespace salon {

config config_from_environment() {
  auto loaded = load_config({{}, environment_settings(), {}});
  std::string mistakes;
  for (const auto& each : loaded.errors)
    mistakes += (mistakes.empty() ? "" : "\n") + each;
  if (!mistakes.empty())
    throw std::runtime_error{mistakes};
  return std::move(loaded.value);
}

server::server(config options) {
  log::configure(options.log_level, options.log_format);
  init_messages<>();
  if (options.cluster.is_on())
    init_caf_network();
  node_ = std::make_unique<node>(std::move(options));
}

server::~server() = default;

caf::actor_system& server::actors() noexcept {
  return node_->system;
}

const desk_actor& server::desk() const noexcept {
  return node_->desk;
}

void server::add_service(const std::string& prefix, service_actor service) {
  auto is_new = false;
  for (auto& each : node_->locals)
    is_new = each->services.try_emplace(prefix, service).second;
  if (is_new && node_->others)
    node_->others->offer(prefix, service);
}

void server::on_listening(std::function<void(std::uint16_t)> what) {
  node_->on_listening = std::move(what);
}

int server::run() {
  return node_->run();
}

void server::stop() {
  node_->stop();
}

} // namespace salon
