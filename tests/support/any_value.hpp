#pragma once

#include "messages/link_messages.hpp"

#include <boost/pfr.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// Values of messages, member by member whatever they are, so that no test forgets a member that
/// is added: drawn at random, and compared through pointers.
namespace salon::test {

template <class>
struct kind_of {};
template <class T>
struct kind_of<std::vector<T>> {
  static constexpr bool is_list = true;
};
template <class T>
struct kind_of<std::shared_ptr<const T>> {
  static constexpr bool is_pointer = true;
};
template <class T>
struct kind_of<std::optional<T>> {
  static constexpr bool is_optional = true;
};
template <class... Ts>
struct kind_of<std::variant<Ts...>> {
  static constexpr bool is_variant = true;
};

template <class T>
concept a_list = requires {
  kind_of<T>::is_list;
};
template <class T>
concept a_pointer = requires {
  kind_of<T>::is_pointer;
};
template <class T>
concept an_optional = requires {
  kind_of<T>::is_optional;
};
template <class T>
concept a_variant = requires {
  kind_of<T>::is_variant;
};

/// Whether both say the same. Frames of clients are not looked at.
template <class T>
bool same(const T& a, const T& b);

template <class T>
bool same_members(const T& a, const T& b) {
  bool result = true;
  boost::pfr::for_each_field(
    a, [&](const auto& member, auto i) { result = result && same(member, boost::pfr::get<i>(b)); });
  return result;
}

template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::same_as<T, frame>)
    return true;
  else if constexpr (a_list<T>)
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return same(x, y); });
  else if constexpr (a_pointer<T> || an_optional<T>)
    return a && b ? same(*a, *b) : !a && !b;
  else if constexpr (a_variant<T>)
    return a.index() == b.index()
           && std::visit(
             [&b](const auto& x) { return same(x, std::get<std::decay_t<decltype(x)>>(b)); }, a);
  else if constexpr (std::equality_comparable<T>)
    return a == b;
  else
    return same_members(a, b);
}

/// Draws values: any text and number, pointers that point somewhere, texts that are not empty.
class any_value {
public:
  explicit any_value(std::uint32_t seed) : random_(seed) {
    // nop
  }

  template <class T>
  void fill(T& x) {
    if constexpr (std::same_as<T, bool>) {
      x = up_to(1) == 1;
    } else if constexpr (std::same_as<T, frame>) {
      x = {};
    } else if constexpr (std::integral<T>) {
      x = number<T>();
    } else if constexpr (std::same_as<T, errc>) {
      x = up_to(3) == 0 ? errc::none : static_cast<errc>(100 + up_to(12));
    } else if constexpr (std::is_enum_v<T>) {
      x = static_cast<T>(up_to(last_of(T{})));
    } else if constexpr (std::same_as<T, std::string>) {
      x.resize(1 + up_to(12));
      std::generate(x.begin(), x.end(), [this] { return static_cast<char>(up_to(255)); });
    } else if constexpr (std::same_as<T, client_id>) {
      std::generate(x.bytes.begin(), x.bytes.end(),
                    [this] { return static_cast<std::uint8_t>(up_to(255)); });
    } else if constexpr (a_list<T>) {
      x.resize(up_to(3));
      for (auto& item : x)
        fill(item);
    } else if constexpr (a_pointer<T>) {
      auto value = std::make_shared<std::remove_const_t<typename T::element_type>>();
      fill(*value);
      x = std::move(value);
    } else if constexpr (an_optional<T>) {
      x.reset();
      if (up_to(1) == 1)
        fill(x.emplace());
    } else if constexpr (a_variant<T>) {
      fill_alternative(x, up_to(std::variant_size_v<T> - 1));
    } else if constexpr (requires { x.first; }) {
      fill(x.first);
      fill(x.second);
    } else {
      boost::pfr::for_each_field(x, [this](auto& member) { fill(member); });
    }
  }

  /// Puts the alternative with that index into `x`, drawn.
  template <std::size_t I = 0, class... Ts>
  void fill_alternative(std::variant<Ts...>& x, std::size_t which) {
    if constexpr (I < sizeof...(Ts)) {
      if (which == I)
        fill(x.template emplace<I>());
      else
        fill_alternative<I + 1>(x, which);
    }
  }

  std::size_t up_to(std::size_t most) {
    return random_() % (most + 1);
  }

private:
  // How many values each enum has, less one.
  static std::size_t last_of(content) {
    return 1;
  }
  static std::size_t last_of(publication_kind) {
    return 1;
  }
  static std::size_t last_of(wire_format) {
    return 2;
  }
  static std::size_t last_of(attach_outcome) {
    return 3;
  }

  template <class T>
  T number() {
    switch (up_to(4)) {
    case 0:
      return 0;
    case 1:
      return std::numeric_limits<T>::max();
    case 2:
      return std::numeric_limits<T>::min();
    default:
      return static_cast<T>(random_());
    }
  }

  std::mt19937 random_;
};

} // namespace salon::test
