// The stock server: `salon --help`.
#include "app/command_line.hpp"
#include "server/load_config.hpp"
#include "server/server.hpp"

#include <exception>
#include <iostream>
#include <utility>

int main(int argc, char** argv) {
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
