// Runs simulated clusters: docs/reliability.md, "How clusters are tested".
//
//   salon_simulation --seeds 2000            seeds 1 to 2000, on all processors
//   salon_simulation --seed 17 --trace       one, with all that happens
//   salon_simulation --seeds 20 --twice      each two times: both have to be the same
//   salon_simulation --seeds 20 --expect X   until one is complained of with X: it has to be
#include "tests/simulation/simulation.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using salon::simulation::simulate;

struct order {
  std::uint64_t first = 1;
  std::uint64_t seeds = 1;
  unsigned jobs = 0;
  bool trace = false;
  bool twice = false;
  std::string expected;
};

bool read_number(std::string_view text, std::uint64_t& to) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_order(int argc, char** argv, order& to) {
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    std::uint64_t number = 0;
    if (name == "--trace")
      to.trace = true;
    else if (name == "--twice")
      to.twice = true;
    else if (name == "--expect" && i + 1 < argc)
      to.expected = argv[++i];
    else if (++i == argc || !read_number(argv[i], number))
      return false;
    else if (name == "--seed")
      to.first = number;
    else if (name == "--seeds")
      to.seeds = number;
    else if (name == "--jobs")
      to.jobs = static_cast<unsigned>(number);
    else
      return false;
  }
  return true;
}

bool run_one(std::uint64_t seed, const order& what) {
  auto tell = [](const std::string& line) { std::puts(line.c_str()); };
  auto found = what.trace ? simulate(seed, tell) : simulate(seed, {});
  if (found.complaint)
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), found.complaint->c_str());
  auto fine = !found.complaint;
  if (what.twice && simulate(seed, {}).trace != found.trace) {
    std::printf("seed %llu: the second run was another one\n",
                static_cast<unsigned long long>(seed));
    fine = false;
  }
  std::fflush(stdout);
  return fine;
}

// Whether some seed is complained of as expected: so a fault that is there is found.
int run_until_found(const order& what) {
  for (std::uint64_t i = 0; i < what.seeds; ++i) {
    auto found = simulate(what.first + i, {});
    if (found.complaint && found.complaint->find(what.expected) != std::string::npos) {
      std::printf("seed %llu: %s, as expected\n", static_cast<unsigned long long>(what.first + i),
                  found.complaint->c_str());
      return 0;
    }
  }
  std::printf("%llu seeds, and nobody complained: %s\n",
              static_cast<unsigned long long>(what.seeds), what.expected.c_str());
  return 1;
}

// Those seeds that fall to one of the processes; how many failed, up to what a process can tell.
int run_share(const order& what, std::uint64_t share, std::uint64_t shares) {
  auto failed = 0;
  for (auto i = share; i < what.seeds; i += shares)
    failed += run_one(what.first + i, what) ? 0 : 1;
  return std::min(failed, 250);
}

int run_all(const order& what) {
  auto jobs = what.jobs != 0 ? what.jobs : std::max(1u, std::thread::hardware_concurrency());
  jobs = static_cast<unsigned>(std::min<std::uint64_t>(jobs, what.seeds));
  std::fflush(stdout);
  for (unsigned i = 0; i < jobs; ++i)
    if (::fork() == 0)
      ::_exit(run_share(what, i, jobs));
  auto failed = 0;
  for (unsigned i = 0; i < jobs; ++i) {
    int status = 0;
    ::wait(&status);
    failed += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
  return failed;
}

} // namespace

int main(int argc, char** argv) {
  order what;
  if (!read_order(argc, argv, what)) {
    std::fputs("usage: salon_simulation [--seeds N] [--seed FIRST] [--jobs N] [--trace] [--twice]"
               " [--expect COMPLAINT]\n",
               stderr);
    return 2;
  }
  salon::simulation::prepare();
  if (!what.expected.empty())
    return run_until_found(what);
  auto failed = what.seeds == 1 ? run_share(what, 0, 1) : run_all(what);
  if (failed > 0)
    std::printf("a run again, with all that happens: salon_simulation --seed SEED --trace\n");
  std::printf("%llu seeds, %d failed\n", static_cast<unsigned long long>(what.seeds), failed);
  return failed == 0 ? 0 : 1;
}
