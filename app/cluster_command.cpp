#include "app/cluster_command.hpp"

#include "app/cluster_table.hpp"
#include "client/control_client.hpp"
#include "net/control_socket.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <chrono>
#include <ostream>

namespace salon {

namespace {

constexpr auto refused = 1;
constexpr auto not_answered = 2;

constexpr double status_seconds = 10;
constexpr double work_seconds = 1'800;

std::string count_of(std::uint64_t rooms) {
  return rooms == 1 ? "1 room has" : std::to_string(rooms) + " rooms have";
}

std::string account_of(const control_request& asked, const control_done& done) {
  if (asked.what == control_request::action::drain)
    return "node " + asked.node + " is drained: " + count_of(done.rooms) + " moved\n";
  return "room " + asked.room + (done.rooms == 0 ? " is at " : " has moved to ") + asked.node
         + (done.rooms == 0 ? " already\n" : "\n");
}

} // namespace

cluster_command::cluster_command(CLI::App& to)
  : all_(to.add_subcommand("cluster", "Look at a cluster and move things in it, by way of a server "
                                      "on this machine")) {
  all_->allow_extras(false);
  all_->require_subcommand(1);
  add("status", "List the nodes of the cluster, and how they are", status_seconds);
  drain_ = add("drain",
               "Let a node hand its rooms over and send its clients elsewhere, before it is "
               "stopped",
               work_seconds);
  drain_->add_option("NODE", node_, "Its name")->required();
  move_ = add("move", "Let a room go to another node", work_seconds);
  move_->add_option("ROOM", room_, "The room")->required();
  move_->add_option("NODE", node_, "The name of its new home")->required();
}

CLI::App* cluster_command::add(const char* name, const char* about, double patience) {
  auto* made = all_->add_subcommand(name, about);
  made->allow_extras(false);
  auto* port
    = made->add_option("--port", port_, "The port that the server listens on for clients; 9501")
        ->type_name("N")
        ->check(CLI::Range(1, 65'535))
        ->take_last();
  made->add_option("--control", path_, "Its control socket, where control.path says another one")
    ->type_name("PATH")
    ->take_last()
    ->excludes(port);
  made->add_option("--timeout", seconds_, "Seconds to wait for its answer")
    ->type_name("N")
    ->check(CLI::Range(0.1, 86'400.0))
    ->take_last();
  made->add_flag("--json", as_json_, "Its answer as it gave it: a line of JSON");
  made->parse_complete_callback([this, made, patience] {
    if (made->count("--timeout") == 0)
      seconds_ = patience;
  });
  return made;
}

bool cluster_command::chosen() const {
  return all_->parsed();
}

control_request cluster_command::request() const {
  if (drain_->parsed())
    return {control_request::action::drain, {}, node_};
  if (move_->parsed())
    return {control_request::action::move, room_, node_};
  return {};
}

int cluster_command::run(std::ostream& out, std::ostream& err) const {
  auto fail = [&err](const std::string& sentence, int status) {
    err << sentence << '\n';
    return status;
  };
  auto path = path_.empty() ? default_control_path(port_) : path_;
  if (path.empty())
    return fail("there is no place to look for a server: set --control, XDG_STATE_HOME or HOME",
                not_answered);
  auto asked = request();
  auto outcome = ask_server(path, asked,
                            std::chrono::milliseconds{static_cast<std::int64_t>(seconds_ * 1'000)});
  if (!outcome.failure.empty()) {
    auto hint = " (is the server on another port, or another user's? --control names its socket)";
    return fail(outcome.failure + (path_.empty() ? hint : ""), not_answered);
  }
  auto answer = read_control_answer(outcome.answer);
  if (as_json_)
    out << outcome.answer << '\n';
  if (!answer)
    return fail(path + ": the server answers in a way that this version does not understand",
                not_answered);
  if (auto* failure = std::get_if<control_failure>(&*answer))
    return as_json_ ? refused : fail(failure->sentence, refused);
  if (as_json_)
    return 0;
  if (auto* status = std::get_if<cluster_status>(&*answer)) {
    out << write_table(*status);
    if (!status->is_cluster)
      out << "This server runs alone: no cluster is configured (cluster.listen).\n";
  } else {
    out << account_of(asked, std::get<control_done>(*answer));
  }
  return 0;
}

} // namespace salon
