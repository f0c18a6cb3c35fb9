#include "tests/support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace salon::testing {

namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using file_ptr = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

key_ptr make_key() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

void add(X509* to, int which, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, to, to, nullptr, nullptr, 0);
  auto* made = X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str());
  X509_add_ext(to, made, -1);
  X509_EXTENSION_free(made);
}

certificate_ptr make(EVP_PKEY* key, const char* name, int days) {
  certificate_ptr made{X509_new(), X509_free};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_time_adj_ex(X509_getm_notBefore(made.get()), -7, 0, nullptr);
  X509_time_adj_ex(X509_getm_notAfter(made.get()), days, 0, nullptr);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return made;
}

file_ptr open(const std::string& path) {
  file_ptr opened{std::fopen(path.c_str(), "w"), std::fclose};
  if (!opened)
    throw std::runtime_error{"cannot write " + path};
  return opened;
}

} // namespace

certificates::certificates(const certificate_wishes& wishes) {
  auto ca_key = make_key();
  auto ca = make(ca_key.get(), "a test's CA", 1);
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  add(ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(ca.get(), ca_key.get(), EVP_sha256());
  auto key = make_key();
  auto node = make(key.get(), "a test's node", wishes.days_from_now);
  X509_set_issuer_name(node.get(), X509_get_subject_name(ca.get()));
  add(node.get(), NID_ext_key_usage, wishes.uses);
  X509_sign(node.get(), ca_key.get(), EVP_sha256());

  std::string secret = "secret";
  PEM_write_X509(open(files().ca).get(), ca.get());
  PEM_write_X509(open(files().certificate).get(), node.get());
  PEM_write_PrivateKey(open(files().key).get(), key.get(),
                       wishes.passphrase ? EVP_aes_128_cbc() : nullptr, nullptr, 0, nullptr,
                       wishes.passphrase ? secret.data() : nullptr);
}

cluster_files certificates::files() const {
  const auto& folder = beside_.folder();
  return {folder + "/node.pem", folder + "/node.key", folder + "/ca.pem"};
}

} // namespace salon::testing
