// Serves on a free port and stops as soon as clients could connect: ends with 0.
#include <salon/server/server.hpp>

#include <cstdint>
#include <cstdio>

int main() {
  salon::init_messages();
  salon::config options;
  options.port = 0;
  salon::server server{options};
  server.on_listening([&server](std::uint16_t port) {
    std::printf("listening on port %u\n", static_cast<unsigned>(port));
    server.stop();
  });
  return server.run();
}
