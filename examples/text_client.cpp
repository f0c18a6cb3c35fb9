// The simplest chat client: prints every line it hears, sends every line you type, leaves at ^D.
//
//   build/dev/bin/text_client "/?name=Ana"           to the lobby of a server on port 9501
//   build/dev/bin/text_client "/?room=den" 9600      to another room, on another port
#include "client/websocket_client.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <string>

using namespace std::literals;

namespace {

void print_for(salon::websocket_client& client, std::chrono::milliseconds time) {
  while (auto line = client.read(time))
    std::cout << *line << std::endl;
}

} // namespace

int main(int argc, char** argv) {
  std::string path = argc > 1 ? argv[1] : "/";
  auto port = static_cast<std::uint16_t>(argc > 2 ? std::stoi(argv[2]) : 9501);
  salon::websocket_client client;
  if (auto wrong = client.connect("127.0.0.1", port, path)) {
    std::cerr << *wrong << '\n';
    return 1;
  }
  std::string typed;
  auto count = ssize_t{1};
  while (count > 0) {
    print_for(client, 0ms);
    if (!client.is_open())
      break;
    std::array<pollfd, 2> inputs{{{STDIN_FILENO, POLLIN, 0}, {client.native_handle(), POLLIN, 0}}};
    ::poll(inputs.data(), inputs.size(), -1);
    if (inputs[0].revents == 0)
      continue;
    std::array<char, 4096> bytes{};
    count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    typed.append(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    for (auto end = typed.find('\n'); end != std::string::npos; end = typed.find('\n')) {
      client.send(typed.substr(0, end));
      typed.erase(0, end + 1);
    }
  }
  print_for(client, 1s); // what our last lines led to
  auto end = client.close();
  std::cerr << "Closed with " << end->code << ' ' << end->reason << '\n';
  return end->code == 1000 ? 0 : 1;
}
