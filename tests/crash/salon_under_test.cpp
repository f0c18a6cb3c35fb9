// The stock server on a disk that fails when it is told to, and whose memory is short: killed, it
// has kept what was synced and nothing else, as after a loss of power. It takes orders on its
// standard input, a line each:
//
//   fail write    the next write fails, and the commit it belongs to
//   fail sync     the next sync fails: nothing of the commit is on the disk for sure
//   report sync   the next sync works and is said to have failed
//   fill          the disk is full
//   mend          nothing fails any more
//
// Parts of it may be mutants: see base/mutants.hpp.
#include "app/command_line.hpp"
#include "server/load_config.hpp"
#include "server/server.hpp"
#include "tests/support/faulty_vfs.hpp"

#include <sqlite3.h>

#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <utility>

namespace {

using salon::testing::faulty_vfs;
using salon::testing::file_operation;

void obey(faulty_vfs& disk, const std::string& order) {
  if (order == "fail write")
    disk.fail(file_operation::write, SQLITE_IOERR_WRITE);
  else if (order == "fail sync")
    disk.fail(file_operation::sync, SQLITE_IOERR_FSYNC);
  else if (order == "report sync")
    disk.misreport_syncs(SQLITE_IOERR_FSYNC);
  else if (order == "fill")
    disk.fill_up();
  else if (order == "mend")
    disk.mend();
  else
    std::cerr << "no such order: " << order << '\n';
}

} // namespace

int main(int argc, char** argv) {
  try {
    // Both outlive the server: the thread waits for orders until the process ends.
    static faulty_vfs disk{"disk under test", faulty_vfs::writes::wait_for_sync};
    std::thread{[] {
      for (std::string order; std::getline(std::cin, order);)
        obey(disk, order);
    }}.detach();
    auto environment = salon::environment_settings();
    auto command = salon::read_command_line(argc, argv, environment, std::cout, std::cerr);
    if (!command.serve)
      return command.status;
    command.serve->store_vfs = disk.name();
    salon::init_messages();
    salon::server server{std::move(*command.serve)};
    return server.run();
  } catch (const std::exception& e) {
    std::cerr << "salon_under_test: " << e.what() << '\n';
    return 1;
  }
}
