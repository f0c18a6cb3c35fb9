#pragma once

#include <stdexcept>

namespace salon {

/// What is stored cannot be right.
class stored_wrong : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace salon
