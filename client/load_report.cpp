#include "client/load_report.hpp"

#include "messages/json_string.hpp"

#include <cmath>
#include <concepts>
#include <iomanip>
#include <sstream>
#include <string_view>
#include <vector>

namespace salon {

namespace {

std::string_view name_of(load_mode mode) {
  switch (mode) {
  case load_mode::publish:
    break;
  case load_mode::idle:
    return "idle";
  case load_mode::churn:
    return "churn";
  case load_mode::storm:
    return "storm";
  case load_mode::slow:
    return "slow";
  }
  return "publish";
}

std::string_view name_of(load_protocol protocol) {
  switch (protocol) {
  case load_protocol::text:
    break;
  case load_protocol::sdk:
    return "sdk";
  case load_protocol::socketio:
    return "socketio";
  case load_protocol::nats:
    return "nats";
  }
  return "text";
}

double microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>{time}.count();
}

double share(double whole, double parts) {
  return parts > 0 ? whole / parts : 0;
}

bool delivers(load_mode mode) {
  return mode != load_mode::idle && mode != load_mode::churn;
}

// -- JSON ---------------------------------------------------------------------

class json_object {
public:
  void add(std::string_view name, std::string_view value) {
    begin(name);
    json::append_quoted(text_, value);
  }

  void add(std::string_view name, double value) {
    begin(name);
    std::ostringstream number;
    // Enough for bytes and counts, and for thousandths of a microsecond.
    number << std::fixed << std::setprecision(value == std::floor(value) ? 0 : 3) << value;
    text_ += number.str();
  }

  template <std::integral T>
  void add(std::string_view name, T value) {
    begin(name);
    text_ += std::is_same_v<T, bool> ? (value ? "true" : "false") : std::to_string(value);
  }

  void add(std::string_view name, json_object value) {
    begin(name);
    text_ += value.take();
  }

  std::string take() {
    return (text_.empty() ? "{" : std::move(text_)) + '}';
  }

private:
  void begin(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    json::append_quoted(text_, name);
    text_ += ':';
  }

  std::string text_;
};

json_object latencies(const latency_histogram& of) {
  json_object result;
  result.add("p50", microseconds(of.at(0.5)));
  result.add("p90", microseconds(of.at(0.9)));
  result.add("p99", microseconds(of.at(0.99)));
  result.add("p999", microseconds(of.at(0.999)));
  result.add("max", microseconds(of.max()));
  return result;
}

json_object cpu_shares(const load_report& report) {
  json_object result;
  if (report.connect_cpu)
    result.add("per_connect",
               share(microseconds(report.connect_cpu->user + report.connect_cpu->system),
                     static_cast<double>(report.connections)));
  if (!report.server_cpu)
    return result;
  auto user = microseconds(report.server_cpu->user);
  auto system = microseconds(report.server_cpu->system);
  if (report.asked.mode == load_mode::churn)
    result.add("per_cycle", share(user + system, static_cast<double>(report.cycles)));
  auto deliveries = static_cast<double>(report.deliveries);
  if (!delivers(report.asked.mode))
    return result;
  result.add("per_delivery", share(user + system, deliveries));
  result.add("user_per_delivery", share(user, deliveries));
  result.add("system_per_delivery", share(system, deliveries));
  return result;
}

json_object memory(const load_report& report) {
  auto before = static_cast<double>(report.server_memory->before);
  auto after = static_cast<double>(report.server_memory->after);
  json_object result;
  result.add("before", before);
  result.add("after", after);
  if (report.asked.mode == load_mode::idle)
    result.add("bytes_per_connection",
               share(after - before, static_cast<double>(report.connections)));
  return result;
}

// -- the table ----------------------------------------------------------------

class table {
public:
  void row(std::string_view what, const std::string& value) {
    text_ << std::left << std::setw(28) << what << value << '\n';
  }

  std::string take() const {
    return text_.str();
  }

private:
  std::ostringstream text_;
};

std::string number(double value, std::string_view unit = {}) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(std::abs(value) < 100 ? 2 : 0) << value;
  if (!unit.empty())
    out << ' ' << unit;
  return out.str();
}

std::string whole(std::uint64_t value) {
  return std::to_string(value);
}

std::string quantiles(const latency_histogram& of) {
  std::ostringstream out;
  out << "p50 " << number(microseconds(of.at(0.5))) << "  p90 " << number(microseconds(of.at(0.9)))
      << "  p99 " << number(microseconds(of.at(0.99))) << "  p99.9 "
      << number(microseconds(of.at(0.999))) << "  max " << number(microseconds(of.max())) << " us";
  return out.str();
}

std::string cpu_of(const load_report::cpu& used, std::uint64_t times) {
  auto parts = static_cast<double>(times);
  auto user = share(microseconds(used.user), parts);
  auto system = share(microseconds(used.system), parts);
  return number(user + system, "us") + "  (user " + number(user) + ", system " + number(system)
         + ")";
}

} // namespace

std::string write_json(const load_report& report) {
  const auto& asked = report.asked;
  json_object out;
  out.add("mode", name_of(asked.mode));
  out.add("protocol", name_of(asked.protocol));
  out.add("servers", asked.servers.size());
  out.add("rooms", asked.rooms);
  out.add("members", asked.members);
  out.add("publishers", asked.publishers);
  out.add("rate", asked.rate);
  out.add("window", asked.window);
  out.add("payload", asked.payload_bytes);
  out.add("seconds", report.measured.count());
  out.add("connections", report.connections);
  out.add("connects_per_second",
          share(static_cast<double>(report.connections), report.connecting.count()));
  if (delivers(asked.mode)) {
    auto deliveries = static_cast<double>(report.deliveries);
    out.add("publications", report.publications);
    out.add("deliveries", report.deliveries);
    out.add("deliveries_per_second", share(deliveries, report.measured.count()));
    out.add("latency_us", latencies(report.latency));
    out.add("harness_cpu_us_per_delivery", share(microseconds(report.own_cpu), deliveries));
  }
  if (asked.mode == load_mode::churn)
    out.add("cycles", report.cycles);
  if (asked.mode == load_mode::storm) {
    out.add("came_back", report.came_back);
    out.add("recovered", report.recovered);
    out.add("recovery_us", latencies(report.recovery));
  }
  if (asked.mode == load_mode::slow) {
    out.add("slow_caught_up", report.slow_caught_up);
    out.add("slow_sent_away", report.slow_sent_away);
  }
  if (report.connect_cpu || report.server_cpu)
    out.add("server_cpu_us", cpu_shares(report));
  if (report.server_memory)
    out.add("server_memory", memory(report));
  out.add("lost", report.lost);
  out.add("doubled", report.doubled);
  out.add("swapped", report.swapped);
  out.add("disconnected", report.disconnected);
  out.add("refused", report.refused);
  out.add("verified", report.is_clean());
  return out.take() + '\n';
}

std::string write_table(const load_report& report) {
  const auto& asked = report.asked;
  table out;
  auto connections = static_cast<double>(report.connections);
  out.row("load",
          std::string{name_of(asked.mode)} + ", " + std::string{name_of(asked.protocol)} + ", "
            + whole(asked.rooms) + " x " + whole(asked.members) + " members"
            + (asked.servers.size() > 1 ? ", " + whole(asked.servers.size()) + " servers" : ""));
  out.row("connections", whole(report.connections) + "  ("
                           + number(share(connections, report.connecting.count()), "a second)"));
  if (report.connect_cpu)
    out.row("server CPU per connection", cpu_of(*report.connect_cpu, report.connections));
  if (delivers(asked.mode)) {
    auto deliveries = static_cast<double>(report.deliveries);
    out.row("publications", whole(report.publications));
    out.row("deliveries", whole(report.deliveries) + "  ("
                            + number(share(deliveries, report.measured.count()), "a second)"));
    if (report.server_cpu)
      out.row("server CPU per delivery", cpu_of(*report.server_cpu, report.deliveries));
    out.row("harness CPU per delivery",
            number(share(microseconds(report.own_cpu), deliveries), "us"));
    out.row("latency", quantiles(report.latency));
  }
  if (asked.mode == load_mode::churn) {
    out.row("cycles", whole(report.cycles) + "  ("
                        + number(share(static_cast<double>(report.cycles), report.measured.count()),
                                 "a second)"));
    if (report.server_cpu)
      out.row("server CPU per cycle", cpu_of(*report.server_cpu, report.cycles));
  }
  if (asked.mode == load_mode::storm) {
    out.row("came back", whole(report.came_back) + ", recovered " + whole(report.recovered));
    out.row("time to recover", quantiles(report.recovery));
  }
  if (asked.mode == load_mode::slow)
    out.row("slow members", whole(report.slow_caught_up) + " caught up, "
                              + whole(report.slow_sent_away) + " sent away");
  if (report.server_memory) {
    auto before = static_cast<double>(report.server_memory->before);
    auto after = static_cast<double>(report.server_memory->after);
    auto memory = number(before / 1024, "KiB") + " -> " + number(after / 1024, "KiB");
    if (asked.mode == load_mode::idle)
      memory += ", " + number(share(after - before, connections), "bytes a connection");
    out.row("server memory", memory);
  }
  out.row("lost, doubled, swapped",
          whole(report.lost) + ", " + whole(report.doubled) + ", " + whole(report.swapped));
  if (report.disconnected + report.refused > 0)
    out.row("disconnected, refused", whole(report.disconnected) + ", " + whole(report.refused));
  return out.take();
}

} // namespace salon
