#include "server/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace salon {

namespace {

// Levenshtein's distance: letters to insert, delete or replace.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view key) {
  return key.substr(key.rfind('.') + 1);
}

} // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  auto fewest = std::max<std::size_t>(2, word.size() / 4) + 1;
  for (const auto& candidate : known) {
    if (auto count = edits(word, candidate); count < fewest) {
      fewest = count;
      best = &candidate;
    }
  }
  if (best != nullptr)
    return *best;
  auto i = std::find_if(known.begin(), known.end(), [word](const std::string& candidate) {
    return last_part(candidate) == last_part(word);
  });
  return i == known.end() ? std::string{} : *i;
}

} // namespace salon
