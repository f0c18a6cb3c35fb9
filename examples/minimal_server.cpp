// A chat server: it logs "listening", and people who connect can talk.
//
//   build/dev/bin/minimal_server
//   SALON_PORT=9600 build/dev/bin/minimal_server     (every option: docs/configuration.md)
//
// Then, in two other terminals: python3 -m websockets "ws://127.0.0.1:9501/?name=Ana"
#include "server/server.hpp"

#include <exception>
#include <iostream>
#include <utility>

int main() {
  try {
    auto options = salon::config_from_environment();

    // What this program wants for its rooms: nobody but the server itself speaks in `news:*`, and
    // who comes late can read the last ten.
    auto& news = options.namespaces["news"];
    news.history_size = 10;
    news.publish.anonymous = false;

    salon::server server{std::move(options)};
    return server.run();
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 2;
  }
}
