#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// The name in `known` that someone who wrote `word` may have meant: the one that takes the fewest
/// edits, when those are few, or else one with the same last part (after the last `.`). Empty when
/// nothing is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

} // namespace salon
