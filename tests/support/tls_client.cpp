#include "tests/support/tls_client.hpp"

#include "tests/support/server_process.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace salon::testing {

namespace {

class connection {
public:
  explicit connection(std::uint16_t port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0)
      throw std::runtime_error{"cannot connect"};
  }

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  ~connection() {
    ::close(descriptor_);
  }

  /// Whether all went out.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// What is there now or comes next; nothing at the end.
  std::string receive() const {
    pollfd ready{descriptor_, POLLIN, 0};
    auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
    if (::poll(&ready, 1, static_cast<int>(wait)) == 0)
      throw std::runtime_error{"the other side does not close"};
    std::array<char, 65'536> buffer{};
    auto got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }

private:
  int descriptor_;
};

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* what) const noexcept {
    Free(what);
  }
};

// TLS over memory, so that what is said can be recorded.
class session {
public:
  session(std::uint16_t port, const cluster_files& files)
    : wire_(port),
      context_(SSL_CTX_new(TLS_client_method())) {
    if (!files.certificate.empty()
        && (SSL_CTX_use_certificate_chain_file(context_.get(), files.certificate.c_str()) != 1
            || SSL_CTX_use_PrivateKey_file(context_.get(), files.key.c_str(), SSL_FILETYPE_PEM)
                 != 1))
      throw std::runtime_error{"no certificate"};
    tls_.reset(SSL_new(context_.get()));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(tls_.get(), in_, out_);
    SSL_set_connect_state(tls_.get());
  }

  tls_outcome run(std::string_view then) {
    tls_outcome result;
    for (auto open = true; open;) {
      ERR_clear_error();
      if (!result.connected && SSL_do_handshake(tls_.get()) == 1) {
        result.connected = true;
        if (!then.empty())
          SSL_write(tls_.get(), then.data(), static_cast<int>(then.size()));
      }
      read(result);
      flush(result);
      auto came = wire_.receive();
      open = !came.empty();
      BIO_write(in_, came.data(), static_cast<int>(came.size()));
    }
    read(result);
    return result;
  }

private:
  void read(tls_outcome& result) {
    std::array<char, 16'384> buffer{};
    for (int got = 0;
         result.connected
         && (got = SSL_read(tls_.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0;)
      result.received.append(buffer.data(), static_cast<std::size_t>(got));
  }

  void flush(tls_outcome& result) {
    char* data = nullptr;
    auto size = BIO_get_mem_data(out_, &data);
    std::string bytes{data, static_cast<std::size_t>(size)};
    static_cast<void>(BIO_reset(out_));
    result.said += bytes;
    wire_.send(bytes);
  }

  connection wire_;
  std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, freed_by<SSL_free>> tls_;
  BIO* in_ = nullptr;  // of tls_
  BIO* out_ = nullptr; // of tls_
};

} // namespace

tls_outcome shake_hands(std::uint16_t port, const cluster_files& files, std::string_view then) {
  return session{port, files}.run(then);
}

std::string say(std::uint16_t port, std::string_view bytes) {
  connection wire{port};
  wire.send(bytes);
  std::string received;
  for (auto more = wire.receive(); !more.empty(); more = wire.receive())
    received += more;
  return received;
}

} // namespace salon::testing
