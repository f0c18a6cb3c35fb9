#include "net/routes.hpp"

#include "actors/metrics.hpp"
#include "net/pages.hpp"

namespace salon {

namespace {

namespace http = boost::beast::http;

constexpr std::string_view guide_path = "/connect";

response health(bool draining) {
  if (draining)
    return refuse(503, "draining");
  response made;
  made.body = "ok\n";
  return made;
}

response all_metrics(const metrics& counts) {
  response made;
  made.content_type = "text/plain; version=0.0.4; charset=utf-8";
  made.body = counts.prometheus();
  return made;
}

bool is_known(std::string_view path) {
  return path == text_path || path == protocol_path || path == guide_path || path == "/health"
         || path == "/metrics";
}

std::string_view value_of(const request_header& request, http::field name) {
  auto value = request[name];
  return {value.data(), value.size()};
}

} // namespace

response answer_to(const request_header& request, const target& where, page_files page,
                   bool draining, const metrics& counts) {
  const auto* file = find_file(page, where.path);
  if (!file && !is_known(where.path))
    return refuse(404, "There is nothing here. The page at /connect says how to connect.");
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return refuse(405, "Only GET is answered here.");
  if (file)
    return answer_with(*file, value_of(request, http::field::accept_encoding));
  if (where.path == "/health")
    return health(draining);
  if (where.path == "/metrics")
    return all_metrics(counts);
  if (where.path == protocol_path)
    return refuse(426, "This address speaks WebSocket: connect with a Centrifuge SDK.");
  return guide(value_of(request, http::field::host), !page.empty());
}

bool asks_for_websocket(const request_header& request, const target& where) {
  return (where.path == text_path || where.path == protocol_path) && wants_upgrade(request);
}

} // namespace salon
