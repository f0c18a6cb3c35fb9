#include "messages/ids.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

using salon::client_id;

TEST_CASE("ids: a random client id is a UUID of version 4", "[messages][ids]") {
  for (int i = 0; i < 300; ++i) {
    auto text = to_string(client_id::random());

    REQUIRE(salon::is_uuid(text));
    CHECK(text[14] == '4');
    CHECK(std::string_view{"89ab"}.find(text[19]) != std::string_view::npos);
  }
}

TEST_CASE("ids: threads draw different client ids", "[messages][ids]") {
  constexpr std::size_t draws = 1000;
  std::vector<std::vector<client_id>> drawn(4);

  std::vector<std::thread> threads;
  threads.reserve(drawn.size());
  for (auto& mine : drawn)
    threads.emplace_back([&mine] {
      for (std::size_t i = 0; i < draws; ++i)
        mine.push_back(client_id::random());
    });
  for (auto& thread : threads)
    thread.join();

  std::set<client_id> all;
  for (const auto& some : drawn)
    all.insert(some.begin(), some.end());
  CHECK(all.size() == drawn.size() * draws);
}

TEST_CASE("ids: a client id is written in lower case with hyphens", "[messages][ids]") {
  client_id id{{0x00, 0x1f, 0xa2, 0xff, 0x10, 0x32, 0x45, 0x76, 0x89, 0xba, 0xcd, 0xef, 0x01, 0x23,
                0x45, 0x67}};

  CHECK(to_string(id) == "001fa2ff-1032-4576-89ba-cdef01234567");
}

TEST_CASE("ids: a UUID is recognised in either case and nothing else is", "[messages][ids]") {
  CHECK(salon::is_uuid("001fa2ff-1032-4576-89ba-cdef01234567"));
  CHECK(salon::is_uuid("001FA2FF-1032-4576-89BA-CDEF01234567"));

  CHECK_FALSE(salon::is_uuid(""));
  CHECK_FALSE(salon::is_uuid("001fa2ff-1032-4576-89ba-cdef0123456"));
  CHECK_FALSE(salon::is_uuid("001fa2ff-1032-4576-89ba-cdef012345678"));
  CHECK_FALSE(salon::is_uuid("001fa2ff-1032-4576-89ba-cdef0123456g"));
  CHECK_FALSE(salon::is_uuid("001fa2ff01032-4576-89ba-cdef01234567"));
  CHECK_FALSE(salon::is_uuid("001fa2f--1032-4576-89ba-cdef01234567"));
}

TEST_CASE("ids: random letters are as many as asked for, of the whole alphabet",
          "[messages][ids]") {
  CHECK(salon::random_letters(0).empty());
  CHECK(salon::random_letters(8).size() == 8);
  CHECK(salon::random_letters(8) != salon::random_letters(8));

  auto many = salon::random_letters(10'000);
  CHECK(std::all_of(many.begin(), many.end(),
                    [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }));
  CHECK(std::set<char>(many.begin(), many.end()).size() == 52);
}
