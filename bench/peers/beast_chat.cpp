// beast_chat: a chat server as Beast's chat example teaches to write one, for the benchmark. A
// stream and a queue of shared texts for each session, one read and one write at a time.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using tcp = asio::ip::tcp;

using shared_text = std::shared_ptr<const std::string>;

class session;

/// Who is in which room. Knows no socket.
class chat {
public:
  using room = std::unordered_set<session*>;

  room& room_of(const std::string& name) {
    return rooms_[name];
  }

private:
  std::unordered_map<std::string, room> rooms_;
};

void say(const chat::room& in, std::string text);

/// A connection, kept alive by what it waits for.
class session : public std::enable_shared_from_this<session> {
public:
  session(tcp::socket socket, chat& all) : stream_(std::move(socket)), chat_(all) {
    // nop
  }

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  ~session() {
    if (room_ != nullptr)
      room_->erase(this);
  }

  void start() {
    http::async_read(stream_.next_layer(), buffer_, request_,
                     beast::bind_front_handler(&session::on_request, shared_from_this()));
  }

  void send(const shared_text& text) {
    asio::post(stream_.get_executor(),
               beast::bind_front_handler(&session::on_send, shared_from_this(), text));
  }

private:
  void on_request(error_code error, std::size_t) {
    if (error || !websocket::is_upgrade(request_))
      return;
    beast::get_lowest_layer(stream_).expires_never();
    stream_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    stream_.async_accept(request_,
                         beast::bind_front_handler(&session::on_accept, shared_from_this()));
  }

  void on_accept(error_code error) {
    if (error)
      return;
    room_ = &chat_.room_of(room_name());
    room_->insert(this);
    request_ = {};
    read();
  }

  void read() {
    stream_.async_read(buffer_, beast::bind_front_handler(&session::on_read, shared_from_this()));
  }

  void on_read(error_code error, std::size_t) {
    if (error)
      return;
    say(*room_, beast::buffers_to_string(buffer_.data()));
    buffer_.consume(buffer_.size());
    read();
  }

  void on_send(const shared_text& text) {
    queue_.push_back(text);
    if (queue_.size() == 1)
      write();
  }

  void write() {
    stream_.async_write(asio::buffer(*queue_.front()),
                        beast::bind_front_handler(&session::on_write, shared_from_this()));
  }

  void on_write(error_code error, std::size_t) {
    if (error)
      return;
    queue_.erase(queue_.begin());
    if (!queue_.empty())
      write();
  }

  std::string room_name() const {
    constexpr std::string_view name = "?room=";
    auto target = std::string_view{request_.target().data(), request_.target().size()};
    auto at = target.find(name);
    if (at == std::string_view::npos)
      return "lobby";
    auto rest = target.substr(at + name.size());
    return std::string{rest.substr(0, rest.find('&'))};
  }

  websocket::stream<beast::tcp_stream> stream_;
  chat& chat_;
  chat::room* room_ = nullptr;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  std::vector<shared_text> queue_;
};

void say(const chat::room& in, std::string text) {
  auto shared = std::make_shared<const std::string>(std::move(text));
  for (auto* member : in)
    member->send(shared);
}

/// Takes whoever comes.
class listener {
public:
  listener(asio::io_context& context, std::uint16_t port, chat& all)
    : acceptor_(context, {asio::ip::address_v4::loopback(), port}),
      chat_(all) {
    acceptor_.listen(asio::socket_base::max_listen_connections);
  }

  std::uint16_t port() const {
    return acceptor_.local_endpoint().port();
  }

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted)
        return;
      if (!error) {
        socket.set_option(tcp::no_delay{true}, error);
        std::make_shared<session>(std::move(socket), chat_)->start();
      }
      accept();
    });
  }

private:
  tcp::acceptor acceptor_;
  chat& chat_;
};

void serve(std::uint16_t port) {
  chat all;
  asio::io_context context{1};
  asio::signal_set signals{context, SIGTERM, SIGINT};
  listener door{context, port, all};
  signals.async_wait([&](error_code, int) { context.stop(); });
  door.accept();
  std::printf("listening on 127.0.0.1:%u\n", static_cast<unsigned>(door.port()));
  std::fflush(stdout);
  context.run();
}

} // namespace

int main(int argc, char** argv) {
  CLI::App options{"A chat server made with Boost.Beast, for benchmarks, on 127.0.0.1"};
  std::uint16_t port = 0;
  options.add_option("--port", port, "To listen on; 0: any free one")->capture_default_str();
  CLI11_PARSE(options, argc, argv);
  try {
    serve(port);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "beast_chat: %s\n", error.what());
    return 1;
  }
}
