#include "net/routes.hpp"

#include "actors/metrics.hpp"
#include "net/pages.hpp"

namespace salon {

namespace {

namespace http = boost::beast::http;

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
  return path == text_path || path == protocol_path || path == "/health" || path == "/metrics";
}

} // namespace

response answer_to(const request_header& request, const target& where, bool draining,
                   const metrics& counts) {
  if (!is_known(where.path))
    return refuse(404, "There is nothing here. The page at / says how to connect.");
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return refuse(405, "Only GET is answered here.");
  if (where.path == "/health")
    return health(draining);
  if (where.path == "/metrics")
    return all_metrics(counts);
  if (where.path == protocol_path)
    return refuse(426, "This address speaks WebSocket: connect with a Centrifuge SDK.");
  auto host = request[http::field::host];
  return home_page({host.data(), host.size()});
}

bool asks_for_websocket(const request_header& request, const target& where) {
  return (where.path == text_path || where.path == protocol_path) && wants_upgrade(request);
}

} // namespace salon
