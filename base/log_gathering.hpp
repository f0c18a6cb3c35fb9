#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace salon::log {

/// Gathers the events of the thread that made it, as long as it is there: `write_gathered` and the
/// end of this write them in one go. A warning or an error goes out at once, with all that came
/// before it, and so does what is more than `bytes_max`.
class gathering {
public:
  static constexpr std::size_t bytes_max = 64 * 1024;

  /// @param begun  Called behind the first event of each go: `write_gathered` should follow soon.
  explicit gathering(std::function<void()> begun);

  gathering(const gathering&) = delete;
  gathering& operator=(const gathering&) = delete;

  ~gathering();

private:
  friend class line_sink;

  std::function<void()> begun_;
  std::string lines_;
};

/// Writes what this thread has gathered.
void write_gathered();

} // namespace salon::log
