#include "client/load_generator.hpp"

#include "client/load_crowd.hpp"
#include "client/process_usage.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

namespace salon {

namespace {

using clock = load_crowd::clock;

constexpr std::size_t other_files = 32;

std::chrono::microseconds own_cpu() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec;
  return std::chrono::seconds{seconds}
         + std::chrono::microseconds{used.ru_utime.tv_usec + used.ru_stime.tv_usec};
}

/// A load on its way.
class load_run {
public:
  explicit load_run(const load_options& options) : options_(options), crowd_(options) {
    report_.asked = options;
    report_.connections = crowd_.size();
  }

  load_outcome carry_out() {
    auto before = usage();
    if (enter(before))
      run();
    if (auto after = usage(); before && after && !report_.server_memory)
      report_.server_memory = {before->resident_bytes, after->resident_bytes};
    judge();
    report_.is_whole = failure_.empty();
    return {std::move(report_), failure_};
  }

private:
  std::optional<process_usage> usage() const {
    return read_process_usage(options_.processes);
  }

  static std::optional<load_report::cpu> between(const std::optional<process_usage>& from,
                                                 const std::optional<process_usage>& to) {
    if (!from || !to)
      return std::nullopt;
    return load_report::cpu{to->user - from->user, to->system - from->system};
  }

  bool check(bool done, const std::string& otherwise) {
    if (!done && failure_.empty())
      failure_ = crowd_.failure().empty() ? otherwise : crowd_.failure();
    return done;
  }

  bool enter(const std::optional<process_usage>& before) {
    auto begin = clock::now();
    if (!check(crowd_.gather(), "not everybody was in a room in time"))
      return false;
    report_.connecting = clock::now() - begin;
    if (options_.mode == load_mode::idle)
      crowd_.rest();
    auto after = usage();
    report_.connect_cpu = between(before, after);
    if (before && after && options_.mode == load_mode::idle)
      report_.server_memory = {before->resident_bytes, after->resident_bytes};
    return true;
  }

  void run() {
    switch (options_.mode) {
    case load_mode::idle:
      return;
    case load_mode::churn:
      return measure([this] {
        check(crowd_.churn_for(options_.duration), "not everybody had left in time");
        check(crowd_.counted().cycles > 0, "nobody could leave");
      });
    case load_mode::publish:
    case load_mode::slow:
    case load_mode::storm:
      break;
    }
    if (!check(crowd_.settle(), "not everybody heard their room in time"))
      return;
    crowd_.publish_for(options_.warmup);
    crowd_.drain();
    if (options_.mode == load_mode::slow)
      crowd_.let_slow_read(false);
    crowd_.start_measuring();
    // To the last delivery: what is measured is whole.
    measure([this] {
      if (options_.mode == load_mode::storm)
        break_in();
      else
        crowd_.publish_for(options_.duration);
      crowd_.drain();
    });
    if (options_.mode == load_mode::slow) {
      crowd_.let_slow_read(true);
      crowd_.await_slow();
    }
  }

  void break_in() {
    crowd_.publish_for(options_.duration / 2);
    crowd_.cut_connections();
    check(crowd_.publish_until_gathered(), "not everybody was back in time");
    crowd_.publish_for(options_.duration / 2);
  }

  template <class Work>
  void measure(Work work) {
    auto begin = clock::now();
    auto own = own_cpu();
    auto server = usage();
    work();
    report_.server_cpu = between(server, usage());
    report_.measured = clock::now() - begin;
    report_.publications = crowd_.counted().publications;
    report_.deliveries = crowd_.counted().deliveries;
    auto idle = std::chrono::duration_cast<std::chrono::microseconds>(crowd_.counted().idle);
    report_.own_cpu = std::max(std::chrono::microseconds{0}, own_cpu() - own - idle);
  }

  void judge() {
    const auto& counted = crowd_.counted();
    report_.latency = crowd_.latency();
    report_.recovery = crowd_.recovery();
    report_.came_back = report_.recovery.count();
    report_.recovered = counted.recovered;
    report_.disconnected = counted.disconnected;
    report_.refused = counted.refused;
    report_.slow_sent_away = counted.slow_sent_away;
    report_.cycles = counted.cycles;
    report_.slow_caught_up = crowd_.slow_caught_up();
    report_.doubled = crowd_.audit().doubled();
    check(crowd_.failure().empty(), crowd_.failure());
    if (options_.mode == load_mode::idle || options_.mode == load_mode::churn)
      return;
    report_.lost = crowd_.lost();
    report_.swapped = std::max(crowd_.audit().swapped(), crowd_.disagreeing());
  }

  load_options options_;
  load_crowd crowd_;
  load_report report_;
  std::string failure_;
};

} // namespace

load_outcome generate_load(const load_options& options) {
  try {
    return load_run{options}.carry_out();
  } catch (const std::system_error& e) {
    load_outcome none;
    none.report.asked = options;
    none.failure = e.what();
    return none;
  }
}

std::size_t raise_connection_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  auto all = static_cast<std::size_t>(limit.rlim_cur);
  return all > other_files ? all - other_files : 0;
}

} // namespace salon
