#pragma once

#include "net/handshake.hpp"
#include "net/page_file.hpp"
#include "net/response.hpp"
#include "net/target.hpp"

namespace salon {

class metrics;

/// What a request that is not upgraded is answered with: a file of `page`, how to connect, health,
/// metrics, or a refusal.
response answer_to(const request_header& request, const target& where, page_files page,
                   bool draining, const metrics& counts);

/// Whether `request` is for a path that can be upgraded and asks for it.
bool asks_for_websocket(const request_header& request, const target& where);

} // namespace salon
