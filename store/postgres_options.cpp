#include "store/postgres_options.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace salon {

bool is_postgres_url(const std::string& place) {
  return place.starts_with("postgres://") || place.starts_with("postgresql://");
}

std::string shown_postgres_url(const std::string& url) {
  struct freeing {
    void operator()(PQconninfoOption* options) const {
      PQconninfoFree(options);
    }
  };
  std::unique_ptr<PQconninfoOption, freeing> options{PQconninfoParse(url.c_str(), nullptr)};
  std::string shown = "postgres://";
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
  shown += value("host");
  if (auto port = value("port"); !port.empty())
    shown += ":" + port;
  return shown + "/" + value("dbname");
}

} // namespace salon
