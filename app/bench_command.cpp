#include "app/bench_command.hpp"

#include "client/chat_address.hpp"
#include "client/load_generator.hpp"
#include "client/load_wire.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

namespace salon {

namespace {

constexpr auto not_verified = 1;
constexpr auto wrong_use = 2;

const std::map<std::string, load_mode> modes{{"publish", load_mode::publish},
                                             {"idle", load_mode::idle},
                                             {"churn", load_mode::churn},
                                             {"storm", load_mode::storm},
                                             {"slow", load_mode::slow}};

const std::map<std::string, load_protocol> protocols{{"text", load_protocol::text},
                                                     {"sdk", load_protocol::sdk},
                                                     {"socketio", load_protocol::socketio},
                                                     {"nats", load_protocol::nats}};

// Takes one of the names, and makes it the value. CLI's own transformer shows the values as well,
// and prints those of one byte as they are.
template <class T>
CLI::Validator one_of(const std::map<std::string, T>& names) {
  auto transform = [&names](std::string& word) -> std::string {
    auto found = names.find(word);
    if (found == names.end()) {
      auto sentence = '\'' + word + "': expected one of";
      for (const auto& [name, value] : names)
        sentence += ' ' + name;
      return sentence;
    }
    word = std::to_string(static_cast<unsigned>(found->second));
    return {};
  };
  return {transform, ""};
}

// Nothing, and a sentence in `why`, when it is no address.
std::optional<load_server> read_server(const std::string& address, std::string& why) {
  auto where = read_chat_address(address, why);
  if (!where)
    return std::nullopt;
  return load_server{where->host == "localhost" ? "127.0.0.1" : where->host, where->port};
}

std::string names_of(const std::vector<load_server>& servers) {
  std::string result;
  for (const auto& x : servers)
    result += (result.empty() ? "ws://" : " ws://") + x.host + ':' + std::to_string(x.port) + '/';
  return result;
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1'000)};
}

// Nothing when the load makes sense.
std::optional<std::string> mistake_in(const load_options& x, std::size_t connections_max) {
  auto number = [](std::size_t value) { return std::to_string(value); };
  auto payload_min = make_load_wire(x.protocol)->payload_bytes_min();
  if (x.publishers > x.members)
    return "--publishers " + number(x.publishers) + ": expected at most --members";
  if (x.slow + x.publishers > x.members)
    return "--slow " + number(x.slow) + ": expected at most --members without --publishers";
  if (x.payload_bytes < payload_min)
    return "--payload " + number(x.payload_bytes) + ": expected at least " + number(payload_min)
           + " with this protocol";
  if (x.rooms * x.members > connections_max)
    return number(x.rooms * x.members) + " connections: this process may have "
           + number(connections_max) + "; see `ulimit -Hn`";
  if ((x.mode == load_mode::slow) != (x.slow > 0))
    return "--mode slow and --slow N: expected both or none";
  if (x.mode != load_mode::storm)
    return std::nullopt;
  if (x.protocol != load_protocol::sdk || x.rooms != 1)
    return "--mode storm: expected --protocol sdk, which can recover, and one room";
  if (x.rate <= 0)
    return "--mode storm: expected --rate R";
  if (x.steady >= x.members || x.steady < x.publishers)
    return "--steady " + number(x.steady)
           + ": expected at least --publishers, and fewer than --members";
  return std::nullopt;
}

} // namespace

bench_command::bench_command(CLI::App& to)
  : bench_(to.add_subcommand("bench", "Put a server under load, check what it delivers, and "
                                      "measure what that takes")) {
  auto& o = options_;
  bench_->allow_extras(false);
  auto number = [this](const char* name, auto& value, const char* about) {
    return bench_->add_option(name, value, about)
      ->type_name("N")
      ->take_last()
      ->capture_default_str();
  };
  bench_
    ->add_option(
      "URL", addresses_,
      "The server, such as ws://127.0.0.1:9501/; several, such as the nodes of a cluster, have the "
      "members in turns; without one, the server on this machine")
    ->type_name("");
  bench_
    ->add_option("--mode", o.mode,
                 "What happens: publish; idle (memory); churn (enter, leave, over and over); storm "
                 "(all lose their connections and recover); slow (some do not read)")
    ->transform(one_of(modes))
    ->type_name("MODE")
    ->take_last();
  bench_->add_option("--protocol", o.protocol, "text, sdk, socketio or nats")
    ->transform(one_of(protocols))
    ->type_name("NAME")
    ->take_last();
  bench_->add_option("--room", o.room, "Rooms are called this and a number")
    ->type_name("NAME")
    ->take_last()
    ->capture_default_str();
  number("--rooms", o.rooms, "Rooms")->check(CLI::Range(1, 100'000));
  number("--members", o.members, "Members of each room")->check(CLI::Range(1, 1'000'000));
  number("--publishers", o.publishers, "Members of each room who publish")
    ->check(CLI::Range(1, 100'000));
  number("--slow", o.slow, "Mode slow: members of each room who do not read");
  number("--steady", o.steady, "Mode storm: members who keep their connection");
  number("--rate", o.rate,
         "Publications a second in all, on a schedule that waits for nobody; 0: each publisher "
         "goes on when its whole room has what it sent")
    ->check(CLI::Range(0.0, 10'000'000.0));
  number("--window", o.window, "Without a rate: how many a publisher may have under way")
    ->check(CLI::Range(1, 10'000));
  number("--payload", o.payload_bytes, "Bytes of each payload")->check(CLI::Range(1, 65'536));
  number("--warmup", warmup_seconds_, "Seconds before measuring")->check(CLI::Range(0.0, 3'600.0));
  number("--seconds", seconds_, "Seconds of measuring")->check(CLI::Range(0.1, 86'400.0));
  number("--patience", patience_seconds_, "Seconds for everybody to enter, and for what is late")
    ->check(CLI::Range(0.1, 3'600.0));
  number("--sources", o.sources, "Loopback addresses that connections come from")
    ->check(CLI::Range(1, 250));
  bench_
    ->add_option("--pid", o.processes,
                 "The server's process: its CPU time and memory are measured; once for each of "
                 "several, which are added up")
    ->type_name("N")
    ->allow_extra_args(false);
  bench_->add_flag("--spin", o.spin, "Never sleep; for a core of its own");
  bench_->add_flag("--json", as_json_, "One line of JSON instead of a table");
}

bool bench_command::chosen() const {
  return bench_->parsed();
}

int bench_command::run(std::ostream& out, std::ostream& err) const {
  auto refuse = [&err](const std::string& sentence) {
    err << sentence << '\n';
    return wrong_use;
  };
  auto options = options_;
  if (!addresses_.empty())
    options.servers.clear();
  for (const auto& address : addresses_) {
    std::string why;
    auto server = read_server(address, why);
    if (!server)
      return refuse(why);
    options.servers.push_back(*server);
  }
  options.warmup = milliseconds(warmup_seconds_);
  options.duration = milliseconds(seconds_);
  options.patience = milliseconds(patience_seconds_);
  if (auto wrong = mistake_in(options, raise_connection_limit()))
    return refuse(*wrong);

  auto outcome = generate_load(options);
  const auto& report = outcome.report;
  if (!outcome.failure.empty()) {
    err << "salon bench: " << names_of(options.servers) << ": " << outcome.failure << '\n';
    if (report.connecting.count() == 0)
      return wrong_use;
  }
  out << (as_json_ ? write_json(report) : write_table(report));
  return report.is_clean() && outcome.failure.empty() ? 0 : not_verified;
}

} // namespace salon
