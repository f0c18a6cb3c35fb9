#include "net/cluster_certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>
#include <variant>

namespace salon {

namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* what) const noexcept {
    Free(what);
  }
};

void free_chain(STACK_OF(X509) * chain) noexcept {
  sk_X509_pop_free(chain, X509_free);
}

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using chain_ptr = std::unique_ptr<STACK_OF(X509), freed_by<free_chain>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using store_ptr = std::unique_ptr<X509_STORE, freed_by<X509_STORE_free>>;
using verification_ptr = std::unique_ptr<X509_STORE_CTX, freed_by<X509_STORE_CTX_free>>;

// -- making -------------------------------------------------------------------

constexpr int days_of_life = 36'500;

std::string text_of(const bio_ptr& from) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(from.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem(X509* what) {
  bio_ptr out{BIO_new(BIO_s_mem())};
  return PEM_write_bio_X509(out.get(), what) == 1 ? text_of(out) : std::string{};
}

std::string pem(EVP_PKEY* what) {
  bio_ptr out{BIO_new(BIO_s_mem())};
  auto done = PEM_write_bio_PrivateKey(out.get(), what, nullptr, nullptr, 0, nullptr, nullptr);
  return done == 1 ? text_of(out) : std::string{};
}

bool extend(X509* what, X509* issuer, int which, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, what, nullptr, nullptr, 0);
  extension_ptr made{X509V3_EXT_conf_nid(nullptr, &context, which, value)};
  return made && X509_add_ext(what, made.get(), -1) == 1;
}

bool set_serial(X509* what) {
  std::uint64_t number = 0;
  auto drawn = RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof(number)) == 1;
  // Positive, and not 0 (RFC 5280, section 4.1.2.2).
  return drawn && ASN1_INTEGER_set_uint64(X509_get_serialNumber(what), (number >> 1) | 1) == 1;
}

bool set_name(X509* what, const char* name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(what), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name), -1, -1, 0)
         == 1;
}

certificate_ptr make_blank(EVP_PKEY* key, const char* name) {
  certificate_ptr made{X509_new()};
  // From yesterday on: clocks may be turned back a little.
  auto good = made && X509_set_version(made.get(), X509_VERSION_3) == 1 && set_serial(made.get())
              && X509_time_adj_ex(X509_getm_notBefore(made.get()), -1, 0, nullptr)
              && X509_time_adj_ex(X509_getm_notAfter(made.get()), days_of_life, 0, nullptr)
              && X509_set_pubkey(made.get(), key) == 1 && set_name(made.get(), name);
  return good ? std::move(made) : nullptr;
}

certificate_ptr make_ca(EVP_PKEY* key) {
  auto made = make_blank(key, "Salon cluster on one machine");
  auto* ca = made.get();
  auto good = ca && X509_set_issuer_name(ca, X509_get_subject_name(ca)) == 1
              && extend(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
              && extend(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign")
              && extend(ca, ca, NID_subject_key_identifier, "hash")
              && X509_sign(ca, key, EVP_sha256()) != 0;
  return good ? std::move(made) : nullptr;
}

certificate_ptr make_node(EVP_PKEY* key, X509* ca, EVP_PKEY* ca_key) {
  auto made = make_blank(key, "Salon node");
  auto* node = made.get();
  auto good = node && X509_set_issuer_name(node, X509_get_subject_name(ca)) == 1
              && extend(node, ca, NID_basic_constraints, "critical,CA:FALSE")
              && extend(node, ca, NID_key_usage, "critical,digitalSignature")
              && extend(node, ca, NID_ext_key_usage, "serverAuth,clientAuth")
              && extend(node, ca, NID_authority_key_identifier, "keyid:always")
              && X509_sign(node, ca_key, EVP_sha256()) != 0;
  return good ? std::move(made) : nullptr;
}

// -- checking -----------------------------------------------------------------

using sentence = std::optional<std::string>;

// What OpenSSL left behind about a failure we have told in our own words.
struct clean_errors {
  ~clean_errors() {
    ERR_clear_error();
  }
};

std::string about(const char* option, const std::string& path) {
  return std::string{option} + ", " + path + ": ";
}

std::variant<bio_ptr, std::string> open(const char* option, const std::string& path) {
  if (path.empty())
    return std::string{option} + " is not set: a node shows its certificate to others, and accepts "
           + "those of its own cluster alone; set cluster.certificate, cluster.key and cluster.ca";
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file.is_open() || file.bad())
    return about(option, path) + "cannot be read: " + std::strerror(errno);
  bio_ptr memory{BIO_new(BIO_s_mem())};
  BIO_write(memory.get(), text.data(), static_cast<int>(text.size()));
  return memory;
}

// A passphrase would be asked for on the terminal, by a server.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

sentence read_chain(const cluster_files& files, certificate_ptr& first, chain_ptr& others) {
  auto opened = open("cluster.certificate", files.certificate);
  if (auto* why = std::get_if<std::string>(&opened))
    return *why;
  auto* from = std::get<bio_ptr>(opened).get();
  first.reset(PEM_read_bio_X509(from, nullptr, no_passphrase, nullptr));
  if (!first)
    return about("cluster.certificate", files.certificate) + "holds no certificate in PEM";
  others.reset(sk_X509_new_null());
  while (auto* next = PEM_read_bio_X509(from, nullptr, no_passphrase, nullptr))
    sk_X509_push(others.get(), next);
  return std::nullopt;
}

sentence read_key(const cluster_files& files, key_ptr& key) {
  auto opened = open("cluster.key", files.key);
  if (auto* why = std::get_if<std::string>(&opened))
    return *why;
  key.reset(
    PEM_read_bio_PrivateKey(std::get<bio_ptr>(opened).get(), nullptr, no_passphrase, nullptr));
  if (!key)
    return about("cluster.key", files.key)
           + "holds no private key in PEM, or one that is protected by a passphrase";
  return std::nullopt;
}

sentence read_ca(const cluster_files& files, store_ptr& trusted) {
  auto opened = open("cluster.ca", files.ca);
  if (auto* why = std::get_if<std::string>(&opened))
    return *why;
  trusted.reset(X509_STORE_new());
  auto count = 0;
  while (auto next = certificate_ptr{
           PEM_read_bio_X509(std::get<bio_ptr>(opened).get(), nullptr, no_passphrase, nullptr)})
    count += X509_STORE_add_cert(trusted.get(), next.get());
  if (count == 0)
    return about("cluster.ca", files.ca) + "holds no certificate in PEM";
  return std::nullopt;
}

// What OpenSSL says to the certificate in a role, as the other side of a connection would.
int verify(X509* certificate, STACK_OF(X509) * others, X509_STORE* trusted, const char* role) {
  verification_ptr at_work{X509_STORE_CTX_new()};
  if (!at_work || X509_STORE_CTX_init(at_work.get(), trusted, certificate, others) != 1
      || X509_STORE_CTX_set_default(at_work.get(), role) != 1)
    return X509_V_ERR_UNSPECIFIED;
  return X509_verify_cert(at_work.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(at_work.get());
}

std::string words_for(int wrong, const cluster_files& files) {
  switch (wrong) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return "has expired, or a certificate above it has: renew it";
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return "is not valid yet, or a certificate above it is not: is this machine's clock right?";
  case X509_V_ERR_INVALID_PURPOSE:
    return "is not for both ends of a connection, as a node is: make it with the extended key "
           "usages serverAuth and clientAuth";
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return "is not signed by cluster.ca, " + files.ca;
  default:
    return std::string{"would not be accepted by other nodes: "}
           + X509_verify_cert_error_string(wrong);
  }
}

} // namespace

std::optional<made_certificates> make_certificates() {
  clean_errors afterwards;
  key_ptr ca_key{EVP_EC_gen("P-256")};
  key_ptr key{EVP_EC_gen("P-256")};
  if (!ca_key || !key)
    return std::nullopt;
  auto ca = make_ca(ca_key.get());
  auto node = ca ? make_node(key.get(), ca.get(), ca_key.get()) : nullptr;
  if (!node)
    return std::nullopt;
  return made_certificates{pem(ca.get()), pem(node.get()), pem(key.get())};
}

std::optional<std::string> objection_to(const cluster_files& files) {
  clean_errors afterwards;
  certificate_ptr certificate;
  chain_ptr others;
  key_ptr key;
  store_ptr trusted;
  if (auto why = read_chain(files, certificate, others))
    return why;
  if (auto why = read_key(files, key))
    return why;
  if (auto why = read_ca(files, trusted))
    return why;
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return about("cluster.key", files.key) + "is not the key of " + files.certificate;
  for (const auto* role : {"ssl_server", "ssl_client"}) {
    auto wrong = verify(certificate.get(), others.get(), trusted.get(), role);
    if (wrong != X509_V_OK)
      return about("cluster.certificate", files.certificate) + words_for(wrong, files);
  }
  return std::nullopt;
}

} // namespace salon
