#include "net/cluster_certificates.hpp"
#include "net/cluster_identity.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

using namespace salon;
using namespace salon::testing;

namespace fs = std::filesystem;

namespace {

/// A folder for certificates that nobody has made yet.
struct scratch_folder {
  scratch_file beside{"", "beside"};
  std::string path = beside.folder() + "/state/cluster";

  cluster_identity find() const {
    return find_identity({}, true, path);
  }

  cluster_identity found() const {
    auto result = find();
    REQUIRE(result.objection == std::nullopt);
    return result;
  }
};

std::string contents(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

mode_t mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::lstat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

bool says(const std::optional<std::string>& sentence, const std::string& what) {
  INFO(sentence.value_or("nothing"));
  return sentence && sentence->find(what) != std::string::npos;
}

} // namespace

TEST_CASE("cluster identity: on loopback one is made, for this user alone", "[net][identity]") {
  scratch_folder folder;

  auto first = folder.found();

  CHECK(mode_of(folder.path) == 0700);
  for (const auto* each : {&first.files.certificate, &first.files.key, &first.files.ca})
    CHECK(mode_of(*each) == 0600);
  CHECK(objection_to(first.files) == std::nullopt);
}

TEST_CASE("cluster identity: what was made once is used again", "[net][identity]") {
  scratch_folder folder;
  auto first = folder.found();
  auto key = contents(first.files.key);

  auto second = folder.found();

  CHECK(second.files.key == first.files.key);
  CHECK(contents(second.files.key) == key);
}

TEST_CASE("cluster identity: nodes that start at once share it", "[net][identity]") {
  scratch_folder folder;
  std::vector<cluster_identity> found(8);
  std::vector<std::thread> nodes;
  nodes.reserve(found.size());
  for (auto& each : found)
    nodes.emplace_back([&] { each = folder.find(); });
  for (auto& each : nodes)
    each.join();

  for (const auto& each : found)
    CHECK(each.objection == std::nullopt);
  CHECK(objection_to(found.front().files) == std::nullopt);
}

TEST_CASE("cluster identity: one that was interrupted is made again", "[net][identity]") {
  scratch_folder folder;
  auto first = folder.found();
  fs::remove(first.files.ca);

  auto second = folder.found();

  CHECK(objection_to(second.files) == std::nullopt);
}

TEST_CASE("cluster identity: a key that others can read is refused", "[net][identity]") {
  scratch_folder folder;
  auto made = folder.found();

  fs::permissions(made.files.key, fs::perms::group_read, fs::perm_options::add);
  CHECK(says(folder.find().objection, "chmod go= '" + made.files.key + "'"));

  fs::permissions(made.files.key, fs::perms::group_read, fs::perm_options::remove);
  fs::permissions(folder.path, fs::perms::others_exec, fs::perm_options::add);
  CHECK(says(folder.find().objection, "chmod go= '" + folder.path + "'"));
}

TEST_CASE("cluster identity: a link in the place of a file is not followed", "[net][identity]") {
  scratch_folder folder;
  auto made = folder.found();
  fs::rename(made.files.key, folder.beside.folder() + "/elsewhere");
  fs::create_symlink(folder.beside.folder() + "/elsewhere", made.files.key);

  CHECK(says(folder.find().objection, made.files.key + ": cannot be read"));
}

TEST_CASE("cluster identity: what has been damaged is named, not replaced", "[net][identity]") {
  scratch_folder folder;
  auto made = folder.found();
  std::ofstream{made.files.certificate, std::ios::trunc} << "nothing";

  auto objection = folder.find().objection;

  CHECK(says(objection, "cluster.certificate, " + made.files.certificate + ": holds no certi"));
  CHECK(says(objection, "remove the folder"));
}

TEST_CASE("cluster identity: a cluster of several machines needs its own", "[net][identity]") {
  scratch_folder folder;

  CHECK(says(find_identity({}, false, folder.path).objection, "other machines"));
  CHECK(says(find_identity({}, true, "").objection, "XDG_STATE_HOME"));
  CHECK_FALSE(fs::exists(folder.path));
}

TEST_CASE("cluster identity: without all three files nobody starts", "[net][identity]") {
  certificates all;
  auto good = all.files();

  CHECK(find_identity(good, false, "").objection == std::nullopt);
  CHECK(says(find_identity({"", good.key, good.ca}, true, "").objection, "cluster.certificate"));
  CHECK(says(find_identity({good.certificate, "", good.ca}, true, "").objection, "cluster.key"));
  CHECK(says(find_identity({good.certificate, good.key, ""}, true, "").objection, "cluster.ca"));
}

TEST_CASE("cluster identity: a given certificate is checked at the start", "[net][identity]") {
  certificates all;
  certificates others;
  auto good = all.files();
  auto bad = [&](auto change) {
    auto files = good;
    change(files);
    return objection_to(files);
  };

  CHECK(says(bad([](auto& x) { x.certificate = "/nowhere/x.pem"; }), "No such file"));
  CHECK(says(bad([](auto& x) { x.certificate = x.key; }), "holds no certificate"));
  CHECK(says(bad([](auto& x) { x.key = x.ca; }), "holds no private key"));
  CHECK(says(bad([](auto& x) { x.ca = x.key; }), "cluster.ca, " + good.key));
  CHECK(says(bad([&](auto& x) { x.key = others.files().key; }), "is not the key of"));
  CHECK(says(bad([&](auto& x) { x.ca = others.files().ca; }), "is not signed by cluster.ca"));
}

TEST_CASE("cluster identity: times and uses of a certificate are checked", "[net][identity]") {
  certificates expired{{.days_from_now = -1}};
  certificates for_servers{{.uses = "serverAuth"}};
  certificates with_passphrase{{.passphrase = true}};

  CHECK(says(objection_to(expired.files()), "has expired"));
  CHECK(says(objection_to(for_servers.files()), "serverAuth and clientAuth"));
  CHECK(says(objection_to(with_passphrase.files()), "passphrase"));
}

TEST_CASE("cluster identity: one address elsewhere makes a cluster public", "[net][identity]") {
  CHECK(is_all_on_loopback("127.0.0.1:9510", {"localhost:9511", "[::1]:9512"}));
  CHECK(is_all_on_loopback("", {"localhost:9511"}));
  CHECK_FALSE(is_all_on_loopback("", {"10.0.0.1:9510"}));
  CHECK_FALSE(is_all_on_loopback("0.0.0.0:9510", {}));
  CHECK_FALSE(is_all_on_loopback("127.0.0.1:9510", {"10.0.0.1:9510"}));
}
