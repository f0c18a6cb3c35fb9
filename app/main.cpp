// The stock server: `salon --help`.
#include "app/allocator.hpp"
#include "app/command_line.hpp"
#include "server/load_config.hpp"
#include "server/server.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <iostream>
#include <utility>

namespace {

// A standard stream that is closed would be the next file or socket that is opened: what is logged
// or read would be in there.
void open_closed_streams() {
  for (auto each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(each, F_GETFD) < 0)
      ::open("/dev/null", O_RDWR);
}

} // namespace

int main(int argc, char** argv) {
  open_closed_streams();
  salon::keep_freed_memory();
  try {
    auto environment = salon::environment_settings();
    auto command = salon::read_command_line(argc, argv, environment, std::cout, std::cerr);
    if (!command.serve)
      return command.status;
    salon::init_messages();
    salon::server server{std::move(*command.serve)};
    return server.run();
  } catch (const std::exception& e) {
    std::cerr << "salon: " << e.what() << '\n';
    return 1;
  }
}
