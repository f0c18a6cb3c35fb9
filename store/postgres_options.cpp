#include "store/postgres_options.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace salon {

namespace {

struct freeing {
  void operator()(PQconninfoOption* options) const {
    PQconninfoFree(options);
  }
};

std::unique_ptr<PQconninfoOption, freeing> read(const std::string& url) {
  return std::unique_ptr<PQconninfoOption, freeing>{PQconninfoParse(url.c_str(), nullptr)};
}

// Takes the first one off a list.
std::string take_first(std::string& list) {
  auto end = list.find(',');
  auto first = list.substr(0, end);
  list.erase(0, end == std::string::npos ? end : end + 1);
  return first;
}

} // namespace

bool is_readable_postgres_url(const std::string& url) {
  return read(url) != nullptr;
}

bool is_postgres_url(const std::string& place) {
  return place.starts_with("postgres://") || place.starts_with("postgresql://");
}

std::string shown_postgres_url(const std::string& url) {
  std::string shown = "postgres://";
  auto options = read(url);
  if (!options)
    return shown + "...";
  auto value = [&](std::string_view keyword) {
    for (auto* each = options.get(); each->keyword != nullptr; ++each)
      if (each->keyword == keyword)
        return std::string{each->val == nullptr ? "" : each->val};
    return std::string{};
  };
  if (auto user = value("user"); !user.empty())
    shown += user + "@";
  // Both may be lists, a port for each host; one that is not said is empty.
  auto hosts = value("host");
  auto ports = value("port");
  for (auto more = true; more;) {
    more = hosts.find(',') != std::string::npos;
    auto port = take_first(ports);
    shown += take_first(hosts) + (port.empty() ? "" : ":" + port) + (more ? "," : "");
  }
  return shown + "/" + value("dbname");
}

} // namespace salon
