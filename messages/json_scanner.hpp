#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// JSON as bytes (RFC 8259). Payloads must reach their readers as they were written, huge numbers
/// and doubled names included, so nothing here builds a document: values are checked and cut out.
namespace salon::json {

/// Walks over JSON values in a text and cuts them out. Strict, of any depth without recursion. That
/// the bytes are UTF-8 is for the caller to know.
class scanner {
public:
  explicit scanner(std::string_view text) noexcept
    : at_(text.data()),
      end_(text.data() + text.size()) {
    // nop
  }

  /// The next value's bytes, without the white space around it; nothing when there is no valid one,
  /// after which the scanner is good for nothing more.
  std::optional<std::string_view> value();

  /// The next value's bytes if it is a string, with its quotes.
  std::optional<std::string_view> string();

  /// Moves over `expected` if it comes next, after white space.
  bool take(char expected) noexcept;

  /// Whether only white space is left.
  bool at_end() noexcept;

  /// What has not been walked over yet.
  std::string_view rest() const noexcept {
    return {at_, static_cast<std::size_t>(end_ - at_)};
  }

private:
  void skip_space() noexcept;
  bool skip_value();
  bool skip_scalar() noexcept;
  bool skip_name() noexcept;
  bool skip_string() noexcept;
  bool skip_escape() noexcept;
  bool skip_number() noexcept;
  bool skip_digits() noexcept;
  bool skip_word(std::string_view word) noexcept;

  const char* at_;
  const char* end_;
};

/// A member of an object.
struct member {
  std::string_view name;  ///< Without quotes and escapes; good until the next member is read.
  std::string_view value; ///< Its bytes in the text.
};

/// Reads the members of the object at the start of a text, in their order, doubled ones too.
class object_reader {
public:
  explicit object_reader(std::string_view text) noexcept : in_(text) {
    // nop
  }

  /// The next member; nothing at the end of the object, or when it is malformed: see `bad`.
  std::optional<member> next();

  /// Whether reading stopped at bytes that are no object. Known only once `next` gave nothing.
  bool bad() const noexcept {
    return state_ == state::bad;
  }

  /// What stands behind the object, once `next` gave nothing.
  std::string_view rest() const noexcept {
    return in_.rest();
  }

private:
  enum class state { before, inside, after, bad };

  std::optional<member> fail() noexcept;
  std::string_view name_of(std::string_view quoted);

  scanner in_;
  std::string name_; // of the current member, if it was written with escapes
  state state_ = state::before;
};

/// Whether `text` is one JSON value, with white space around it or not.
bool is_valid(std::string_view text);

} // namespace salon::json
