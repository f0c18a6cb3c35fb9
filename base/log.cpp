#include "base/log.hpp"

#include "base/log_gathering.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <utility>

namespace salon::log {

/// Writes events to standard error, each with one system call, or those that its thread gathers
/// together.
class line_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  void write_out(gathering& what) {
    std::lock_guard guard{mutex_};
    put(what.lines_);
    what.lines_.clear();
  }

  static inline thread_local gathering* here = nullptr;

  /// Calls for `write_gathered` when this thread has just begun to gather.
  static void announce(bool was_empty) {
    if (here && was_empty && !here->lines_.empty())
      here->begun_();
  }

  static bool is_empty() noexcept {
    return !here || here->lines_.empty();
  }

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string_view text{line.data(), line.size()};
    if (!here)
      return put(text);
    here->lines_ += text;
    if (message.level < spdlog::level::warn && here->lines_.size() <= gathering::bytes_max)
      return;
    put(here->lines_);
    here->lines_.clear();
  }

  void flush_() override {
    std::fflush(stderr);
  }

private:
  static void put(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
};

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

const std::shared_ptr<line_sink>& sink() {
  static auto instance = std::make_shared<line_sink>();
  return instance;
}

spdlog::logger& logger() {
  static auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("salon", sink());
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
  if (!enabled(of))
    return;
  auto was_empty = line_sink::is_empty();
  logger().log(to_spdlog(of), "{}",
               shape_ == format::json ? as_json(what, with) : as_text(what, with));
  line_sink::announce(was_empty);
}

// -- gathering ----------------------------------------------------------------

gathering::gathering(std::function<void()> begun) : begun_(std::move(begun)) {
  line_sink::here = this;
}

gathering::~gathering() {
  write_gathered();
  line_sink::here = nullptr;
}

void write_gathered() {
  if (!line_sink::is_empty())
    sink()->write_out(*line_sink::here);
}

} // namespace salon::log
