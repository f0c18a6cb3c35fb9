#include "net/page_file.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>

namespace salon {

namespace {

namespace beast = boost::beast;

// A WebSocket to this server is 'self' (CSP Level 3, 6.7.2.8).
constexpr std::string_view safety
  = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n";

// `q=0`, however many digits it has: not wanted.
bool is_refusal(const beast::http::param_list& parameters) {
  return std::any_of(parameters.begin(), parameters.end(), [](const auto& each) {
    return beast::iequals(each.first, "q")
           && each.second.find_first_not_of("0.") == beast::string_view::npos;
  });
}

} // namespace

const page_file* find_file(page_files files, std::string_view path) {
  auto found = std::find_if(files.begin(), files.end(),
                            [path](const page_file& each) { return each.path == path; });
  return found == files.end() ? nullptr : &*found;
}

bool accepts_gzip(std::string_view accept_encoding) {
  auto any = false;
  const beast::http::ext_list wanted{{accept_encoding.data(), accept_encoding.size()}};
  for (const auto& [coding, parameters] : wanted) {
    if (beast::iequals(coding, "gzip"))
      return !is_refusal(parameters);
    any = any || (coding == "*" && !is_refusal(parameters));
  }
  return any;
}

response answer_with(const page_file& file, std::string_view accept_encoding) {
  response made;
  made.content_type = file.content_type;
  // The page names the files it belongs to: it has to be asked for each time.
  made.cache_control = file.is_hashed ? "public, max-age=31536000, immutable" : "no-cache";
  made.headers = safety;
  made.headers += "Vary: Accept-Encoding\r\n";
  auto compressed = !file.gzip.empty() && accepts_gzip(accept_encoding);
  if (compressed)
    made.headers += "Content-Encoding: gzip\r\n";
  made.body = compressed ? file.gzip : file.plain;
  return made;
}

} // namespace salon
