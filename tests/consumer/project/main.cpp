// Serves on a free port and stops as soon as clients could connect: ends with 0.
#include <salon/server/server.hpp>

#include <cstdint>
#include <cstdio>

// A message of this project's own, known beside Salon's.
struct greeting {};

CAF_BEGIN_TYPE_ID_BLOCK(consumer, ::salon::first_user_type_id)
CAF_ADD_TYPE_ID(consumer, (greeting))
CAF_END_TYPE_ID_BLOCK(consumer)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(greeting)

int main() {
  salon::init_messages<caf::id_block::consumer>();
  salon::config options;
  options.port = 0;
  salon::server server{options};
  server.on_listening([&server](std::uint16_t port) {
    std::printf("listening on port %u\n", static_cast<unsigned>(port));
    server.stop();
  });
  return server.run();
}
