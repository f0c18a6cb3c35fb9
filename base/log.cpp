#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>

namespace salon::log {

namespace {

constexpr auto text_pattern = "%Y-%m-%dT%H:%M:%S.%e%z %^%-5l%$ %v";
constexpr auto json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})";

format shape_ = format::text;

spdlog::level::level_enum to_spdlog(level of) {
  switch (of) {
  case level::trace:
    return spdlog::level::trace;
  case level::debug:
    return spdlog::level::debug;
  case level::info:
    return spdlog::level::info;
  case level::warn:
    return spdlog::level::warn;
  case level::error:
    return spdlog::level::err;
  case level::off:
    break;
  }
  return spdlog::level::off;
}

spdlog::logger& logger() {
  static auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("salon",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern(text_pattern);
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *instance;
}

void append_escaped(std::string& out, std::string_view value) {
  for (auto c : value) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", byte);
      out += escaped;
    } else {
      out += c;
    }
  }
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  append_escaped(out, value);
  out += '"';
}

bool is_plain(std::string_view value) {
  for (auto c : value)
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '\\' || c == '=' || c == 0x7F)
      return false;
  return !value.empty();
}

std::string as_text(std::string_view what, fields with) {
  std::string line{what};
  for (const auto& x : with) {
    line += ' ';
    line += x.name;
    line += '=';
    if (!x.quoted || is_plain(x.value))
      line += x.value;
    else
      append_quoted(line, x.value);
  }
  return line;
}

std::string as_json(std::string_view what, fields with) {
  std::string line = "\"event\":";
  append_quoted(line, what);
  for (const auto& x : with) {
    line += ',';
    append_quoted(line, x.name);
    line += ':';
    if (x.quoted)
      append_quoted(line, x.value);
    else
      line += x.value;
  }
  return line;
}

} // namespace

void configure(level lowest, format shape) {
  shape_ = shape;
  logger().set_level(to_spdlog(lowest));
  logger().set_pattern(shape == format::json ? json_pattern : text_pattern);
}

bool enabled(level of) noexcept {
  return logger().should_log(to_spdlog(of));
}

void write(level of, std::string_view what, fields with) {
  if (enabled(of))
    logger().log(to_spdlog(of), "{}",
                 shape_ == format::json ? as_json(what, with) : as_text(what, with));
}

} // namespace salon::log
