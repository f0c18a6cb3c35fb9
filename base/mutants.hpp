#pragma once

#ifdef SALON_MUTANTS
#include <cstdlib>
#endif
#include <string_view>

namespace salon {

/// Whether the fault `name` is built in on purpose: tests show that they would notice it. It never
/// is, but in a test program that compiles the asking file with SALON_MUTANTS; there the
/// environment chooses one.
/// @see docs/reliability.md, "What would be noticed"
#ifdef SALON_MUTANTS
inline bool has_mutant(std::string_view name) {
  static const auto* chosen = std::getenv("UNDER_TEST_MUTANT");
  return chosen != nullptr && name == chosen;
}
#else
constexpr bool has_mutant(std::string_view) {
  return false;
}
#endif

} // namespace salon
