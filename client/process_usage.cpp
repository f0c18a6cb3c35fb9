#include "client/process_usage.hpp"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace salon {

std::optional<process_usage> read_process_usage(pid_t process) {
  auto folder = "/proc/" + std::to_string(process);
  std::ifstream stat{folder + "/stat"};
  std::string line{std::istreambuf_iterator<char>{stat}, {}};
  // The second field is the program's name in parentheses, and may hold spaces and parentheses.
  auto name_end = line.rfind(')');
  std::size_t pages = 0;
  std::size_t resident_pages = 0;
  std::ifstream statm{folder + "/statm"};
  if (name_end == std::string::npos || !(statm >> pages >> resident_pages))
    return std::nullopt;

  std::istringstream fields{line.substr(name_end + 1)};
  std::string skipped;
  for (auto field = 3; field < 14; ++field)
    fields >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (!(fields >> user >> system))
    return std::nullopt;
  auto tick = std::chrono::microseconds{1'000'000 / ::sysconf(_SC_CLK_TCK)};
  return process_usage{user * tick, system * tick,
                       resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))};
}

std::optional<process_usage> read_process_usage(std::span<const pid_t> processes) {
  if (processes.empty())
    return std::nullopt;
  process_usage sum;
  for (auto process : processes) {
    auto used = read_process_usage(process);
    if (!used)
      return std::nullopt;
    sum.user += used->user;
    sum.system += used->system;
    sum.resident_bytes += used->resident_bytes;
  }
  return sum;
}

} // namespace salon
