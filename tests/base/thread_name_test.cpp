#include "base/shard.hpp"
#include "base/thread_name.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>
#include <pthread.h>

#include <array>
#include <string>
#include <thread>

using namespace salon;
using namespace salon::testing;

namespace {

std::string name_here() {
  std::array<char, 16> name{};
  ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  return name.data();
}

} // namespace

TEST_CASE("thread name: is what the system calls the thread, cut where it is too long",
          "[base][thread_name]") {
  std::string plain;
  std::string cut;
  std::thread thread{[&] {
    name_thread("shard 7");
    plain = name_here();
    name_thread("a name that is too long");
    cut = name_here();
  }};
  thread.join();

  CHECK(plain == "shard 7");
  CHECK(cut == "a name that is ");
}

TEST_CASE("thread name: a shard's thread is called as it was run", "[base][thread_name][shard]") {
  stepped_shards base{1, stepping::threads};
  std::string name;
  std::thread thread{[&] { base[0].run("the shard"); }};

  base[0].post([&] {
    name = name_here();
    base[0].stop();
  });
  thread.join();

  CHECK(name == "the shard");
}
