#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace salon::testing {

/// Goes through all sequences of choices, one run after the other. A run asks for each of its
/// choices; `next` sets up the run that is the next in order, until there is none.
class all_choices {
public:
  std::size_t choose(std::size_t options) {
    if (at_ == made_.size())
      made_.push_back({0, options});
    return made_[at_++].chosen;
  }

  bool next() {
    at_ = 0;
    while (!made_.empty() && made_.back().chosen + 1 == made_.back().options)
      made_.pop_back();
    if (made_.empty())
      return false;
    ++made_.back().chosen;
    return true;
  }

  std::string text() const {
    std::string result;
    for (const auto& each : made_)
      result += std::to_string(each.chosen);
    return result;
  }

private:
  struct choice {
    std::size_t chosen;
    std::size_t options;
  };

  std::vector<choice> made_;
  std::size_t at_ = 0;
};

} // namespace salon::testing
