#include "messages/json_scanner.hpp"

#include "messages/json_string.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace salon::json {

namespace {

/// Which brackets are open: one bit each, so that a frame of nothing but brackets costs little.
class bracket_stack {
public:
  bool empty() const noexcept {
    return depth_ == 0;
  }

  bool in_object() const noexcept {
    return (innermost_ & 1u) != 0;
  }

  void push(bool object) {
    if (depth_ != 0 && depth_ % 64 == 0)
      outer_.push_back(innermost_);
    innermost_ = innermost_ << 1u | (object ? 1u : 0u);
    ++depth_;
  }

  void pop() noexcept {
    innermost_ >>= 1u;
    --depth_;
    if (depth_ != 0 && depth_ % 64 == 0) {
      innermost_ = outer_.back();
      outer_.pop_back();
    }
  }

private:
  // What people nest fits into one word; only the rest is worth an allocation.
  std::uint64_t innermost_ = 0;
  std::vector<std::uint64_t> outer_;
  std::size_t depth_ = 0;
};

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

} // namespace

std::optional<std::string_view> scanner::value() {
  skip_space();
  const auto* first = at_;
  if (!skip_value())
    return std::nullopt;
  return std::string_view{first, static_cast<std::size_t>(at_ - first)};
}

std::optional<std::string_view> scanner::string() {
  skip_space();
  const auto* first = at_;
  if (at_ == end_ || *at_ != '"' || !skip_string())
    return std::nullopt;
  return std::string_view{first, static_cast<std::size_t>(at_ - first)};
}

bool scanner::take(char expected) noexcept {
  skip_space();
  if (at_ == end_ || *at_ != expected)
    return false;
  ++at_;
  return true;
}

bool scanner::at_end() noexcept {
  skip_space();
  return at_ == end_;
}

void scanner::skip_space() noexcept {
  while (at_ != end_ && is_space(*at_))
    ++at_;
}

bool scanner::skip_value() {
  bracket_stack open;
  for (;;) {
    if (take('{')) {
      open.push(true);
      if (!take('}')) {
        if (!skip_name())
          return false;
        continue;
      }
      open.pop();
    } else if (take('[')) {
      open.push(false);
      if (!take(']'))
        continue;
      open.pop();
    } else if (!skip_scalar()) {
      return false;
    }
    // A value just ended, and with it maybe the arrays and objects that it was the last of.
    while (!open.empty() && take(open.in_object() ? '}' : ']'))
      open.pop();
    if (open.empty())
      return true;
    if (!take(',') || (open.in_object() && !skip_name()))
      return false;
  }
}

bool scanner::skip_scalar() noexcept {
  if (at_ == end_)
    return false;
  switch (*at_) {
  case '"':
    return skip_string();
  case 't':
    return skip_word("true");
  case 'f':
    return skip_word("false");
  case 'n':
    return skip_word("null");
  default:
    return skip_number();
  }
}

bool scanner::skip_name() noexcept {
  skip_space();
  return at_ != end_ && *at_ == '"' && skip_string() && take(':');
}

bool scanner::skip_string() noexcept {
  ++at_;
  while (at_ != end_) {
    auto c = *at_;
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c == '\\') {
      if (!skip_escape())
        return false;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return false;
    } else {
      ++at_;
    }
  }
  return false;
}

bool scanner::skip_escape() noexcept {
  constexpr auto escapes = std::string_view{"\"\\/bfnrt"};
  ++at_;
  if (at_ == end_)
    return false;
  if (*at_ != 'u')
    return escapes.find(*at_++) != std::string_view::npos;
  ++at_;
  for (int i = 0; i < 4; ++i, ++at_)
    if (at_ == end_ || !is_hex_digit(*at_))
      return false;
  return true;
}

bool scanner::skip_number() noexcept {
  if (*at_ == '-')
    ++at_;
  if (at_ != end_ && *at_ == '0')
    ++at_;
  else if (!skip_digits())
    return false;
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!skip_digits())
      return false;
  }
  if (at_ == end_ || (*at_ != 'e' && *at_ != 'E'))
    return true;
  ++at_;
  if (at_ != end_ && (*at_ == '+' || *at_ == '-'))
    ++at_;
  return skip_digits();
}

bool scanner::skip_digits() noexcept {
  const auto* first = at_;
  while (at_ != end_ && is_digit(*at_))
    ++at_;
  return at_ != first;
}

bool scanner::skip_word(std::string_view word) noexcept {
  if (!rest().starts_with(word))
    return false;
  at_ += word.size();
  return true;
}

std::optional<member> object_reader::next() {
  if (state_ == state::after || state_ == state::bad)
    return std::nullopt;
  auto first = state_ == state::before;
  if (first && !in_.take('{'))
    return fail();
  if (in_.take('}')) {
    state_ = state::after;
    return std::nullopt;
  }
  if (!first && !in_.take(','))
    return fail();
  state_ = state::inside;
  auto name = in_.string();
  if (!name || !in_.take(':'))
    return fail();
  auto value = in_.value();
  if (!value)
    return fail();
  return member{name_of(*name), *value};
}

std::optional<member> object_reader::fail() noexcept {
  state_ = state::bad;
  return std::nullopt;
}

std::string_view object_reader::name_of(std::string_view quoted) {
  auto plain = quoted.substr(1, quoted.size() - 2);
  if (plain.find('\\') == std::string_view::npos)
    return plain;
  // A name that is no text has its escapes left in: it equals no name that anyone looks for.
  name_ = unquote(quoted).value_or(std::string{plain});
  return name_;
}

bool is_valid(std::string_view text) {
  scanner in{text};
  return in.value() && in.at_end();
}

} // namespace salon::json
