// floor: the least that delivers a chat's bytes. What is measured against it: docs/performance.md.
#include "bench/floor/floor_server.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  CLI::App options{"A bare chat server, for benchmarks, on 127.0.0.1"};
  std::uint16_t port = 0;
  bool batched = false;
  options.add_option("--port", port, "To listen on; 0: any free one")->capture_default_str();
  options.add_flag("--batched", batched, "All that a round brings for a member in one send");
  CLI11_PARSE(options, argc, argv);
  try {
    using salon::bench::writing;
    salon::bench::raise_descriptor_limit();
    salon::bench::floor_server server{port, batched ? writing::each_round : writing::each_frame};
    std::printf("listening on 127.0.0.1:%u\n", static_cast<unsigned>(server.port()));
    std::fflush(stdout);
    server.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "floor: %s\n", error.what());
    return 1;
  }
}
