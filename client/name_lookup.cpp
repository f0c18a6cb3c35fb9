#include "client/name_lookup.hpp"

#include <boost/asio/io_context.hpp>

#include <thread>
#include <utility>

namespace salon {

namespace {

using boost::asio::ip::tcp;

name_lookup::outcome look_up(const std::string& host, const std::string& port,
                             tcp::resolver::flags how) {
  boost::asio::io_context io;
  tcp::resolver resolver{io};
  name_lookup::outcome result;
  result.places = resolver.resolve(host, port, how, result.wrong);
  return result;
}

} // namespace

name_lookup::name_lookup(const std::string& host, std::uint16_t port) {
  auto service = std::to_string(port);
  if (auto found = look_up(host, service, tcp::resolver::numeric_host); !found.wrong) {
    std::promise<outcome> done;
    done.set_value(std::move(found));
    outcome_ = done.get_future().share();
    return;
  }
  std::packaged_task<outcome()> task{
    [host, service] { return look_up(host, service, tcp::resolver::flags{}); }};
  outcome_ = task.get_future().share();
  std::thread{std::move(task)}.detach();
}

std::optional<name_lookup::outcome>
name_lookup::await(std::chrono::steady_clock::time_point end) const {
  if (outcome_.wait_until(end) != std::future_status::ready)
    return std::nullopt;
  return outcome_.get();
}

} // namespace salon
