#include "app/command_line.hpp"
#include "server/load_config.hpp"

#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

#if __has_include("server/server.hpp")
#include "server/server.hpp"
#endif

int main(int argc, char** argv) {
  auto environment = salon::environment_settings();
  auto command = salon::read_command_line(argc, argv, environment, std::cout, std::cerr);
  if (!command.serve)
    return command.status;
  try {
#if __has_include("server/server.hpp")
    salon::server server{std::move(*command.serve)};
    return server.run();
#else
    throw std::runtime_error{"this build has no server"};
#endif
  } catch (const std::exception& e) {
    std::cerr << "salon: " << e.what() << '\n';
    return 1;
  }
}
