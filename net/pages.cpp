#include "net/pages.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string>

namespace salon {

namespace {

constexpr std::string_view style = R"css(
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6478; --paper: #f6f7fa; --card: #fff;
  --line: #dfe3ec; --accent: #3056d3; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebf2; --soft: #9aa4b8; --paper: #12151c; --card: #1a1f29; --line: #2b3240;
    --accent: #8fa8ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 3.5rem 1.25rem; }
h1 { margin: 0; font-size: 2.4rem; letter-spacing: -0.02em; }
h2 { margin: 0 0 0.25rem; font-size: 1.1rem; }
.lead { margin: 0.25rem 0 2rem; color: var(--soft); font-size: 1.1rem; }
section { margin: 1rem 0; padding: 1.25rem 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 0.75rem; }
p { margin: 0.25rem 0 0.75rem; }
pre { margin: 0.5rem 0 0; padding: 0.75rem 1rem; overflow-x: auto; background: var(--paper);
  border-radius: 0.5rem; font: 0.875rem/1.55 ui-monospace, monospace; }
pre + p { margin: 0.75rem 0 0; }
code { font-family: ui-monospace, monospace; font-size: 0.95em; }
a { color: var(--accent); }
)css";

constexpr std::string_view content = R"html(<main>
<h1>Salon</h1>
<p class="lead">This is a chat server, and it is running.</p>
CHAT<section>
<h2>With any WebSocket client</h2>
<p>Every line you send goes to everyone in the room, you too. Open it twice and talk to yourself.</p>
<pre>npx wscat -c "ws://HOST/?name=Ana"</pre>
<p>Without <code>room=NAME</code> you are in <code>lobby</code>; without <code>name=NICK</code> you
are nobody in particular.</p>
</section>
<section>
<h2>With the Centrifuge SDK</h2>
<p>The same room from a program: <code>npm install centrifuge ws</code>, then save this as
<code>chat.mjs</code> and run it with <code>node chat.mjs</code> (Node 18 or later).</p>
<pre>import { Centrifuge } from "centrifuge";
import WebSocket from "ws";

const server = "ws://HOST/connection/websocket";
const client = new Centrifuge(server, { websocket: WebSocket, data: { name: "Bob" } });
const lobby = client.newSubscription("lobby");

lobby.on("publication", ({ data }) =&gt; console.log(data.text));
lobby.on("subscribed", () =&gt; lobby.publish({ text: "Hello from the SDK" }));

lobby.subscribe();
client.connect();</pre>
</section>
<section>
<h2>For operators</h2>
<p><a href="/health">/health</a> says whether the server takes connections;
<a href="/metrics">/metrics</a> is for Prometheus.</p>
</section>
</main>)html";

constexpr std::string_view chat_here = R"html(<section>
<h2>In a browser</h2>
<p><a href="/">The chat page</a> is all you need.</p>
</section>
)html";

constexpr std::string_view chat_missing = R"html(<section>
<h2>In a browser</h2>
<p>This server was built without its chat page. To add it, install Node 18 or later with npm (on
Debian: <code>apt-get install nodejs npm</code>) and build again: <code>./dev build</code>.</p>
</section>
)html";

// What the Content-Security-Policy allows by its hash (CSP Level 3, "Using hashes").
std::string hash_of(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::array<unsigned char, 45> encoded{}; // 44 characters and a zero
  auto length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

bool is_address(std::string_view host) {
  constexpr std::string_view others = ".-_:[]";
  return !host.empty() && std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || others.find(c) != std::string_view::npos;
  });
}

std::string with(std::string_view text, std::string_view place, std::string_view what) {
  std::string filled;
  for (auto at = text.find(place); at != std::string_view::npos; at = text.find(place)) {
    filled.append(text.substr(0, at)).append(what);
    text.remove_prefix(at + place.size());
  }
  return filled.append(text);
}

} // namespace

response guide(std::string_view host, bool has_chat_page) {
  static const auto policy = "Content-Security-Policy: default-src 'none'; style-src 'sha256-"
                             + hash_of(style)
                             + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
                               "Referrer-Policy: no-referrer\r\n";
  response page;
  page.content_type = "text/html; charset=utf-8";
  page.headers = policy;
  page.body = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
              "<title>Salon</title>\n<style>";
  page.body.append(style);
  page.body += "</style>\n</head>\n<body>\n";
  page.body += with(with(content, "HOST", is_address(host) ? host : "localhost:9501"), "CHAT",
                    has_chat_page ? chat_here : chat_missing);
  page.body += "\n</body>\n</html>\n";
  return page;
}

} // namespace salon
