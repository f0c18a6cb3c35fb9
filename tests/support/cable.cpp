#include "tests/support/cable.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <future>
#include <utility>

namespace salon::testing {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct cable::strand : std::enable_shared_from_this<cable::strand> {
  explicit strand(boost::asio::io_context& io) : near(io), far(io) {
    // nop
  }

  void carry(tcp::socket& from, tcp::socket& to, std::array<char, 65'536>& buffer) {
    from.async_read_some(boost::asio::buffer(buffer), [self = shared_from_this(), &from, &to,
                                                       &buffer](error_code end, std::size_t n) {
      if (self->is_cut)
        return;
      error_code broken;
      if (!end)
        boost::asio::write(to, boost::asio::buffer(buffer.data(), n), broken);
      if (!end && !broken)
        return self->carry(from, to, buffer);
      error_code ignored;
      self->near.close(ignored);
      self->far.close(ignored);
    });
  }

  tcp::socket near;
  tcp::socket far;
  bool is_cut = false;
  std::array<char, 65'536> there{};
  std::array<char, 65'536> back{};
};

cable::cable(std::uint16_t to)
  : to_(boost::asio::ip::address_v4::loopback(), to),
    acceptor_(io_, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}) {
  accept();
  thread_ = std::thread{[this] { io_.run(); }};
}

cable::~cable() {
  io_.stop();
  thread_.join();
}

std::string cable::address() const {
  return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void cable::cut() {
  std::promise<void> done;
  boost::asio::post(io_, [&] {
    for (auto& each : strands_)
      each->is_cut = true;
    done.set_value();
  });
  done.get_future().get();
}

void cable::accept() {
  auto next = std::make_shared<strand>(io_);
  acceptor_.async_accept(next->near, [this, next](error_code wrong) {
    if (wrong)
      return;
    error_code refused;
    next->far.connect(to_, refused);
    if (!refused) {
      strands_.push_back(next);
      next->carry(next->near, next->far, next->there);
      next->carry(next->far, next->near, next->back);
    }
    accept();
  });
}

} // namespace salon::testing
