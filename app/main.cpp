// The stock server: `salon --help`.
#include "app/command_line.hpp"
#include "server/load_config.hpp"
#include "server/server.hpp"

#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
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

// What a busy turn frees the next one needs again: as it is, the C library would give it back to
// the kernel and ask for it page by page, thousands of times a second. The second limit is the one
// that the library would come to by itself, were the first one not set.
void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr auto mib = 1'024 * 1'024;
  ::mallopt(M_TRIM_THRESHOLD, 16 * mib);
  ::mallopt(M_MMAP_THRESHOLD, 32 * mib);
#endif
}

} // namespace

int main(int argc, char** argv) {
  open_closed_streams();
  keep_freed_memory();
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
