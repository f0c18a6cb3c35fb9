#pragma once

#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace salon {

/// `salon store ...`: looks after the file that rooms are kept in.
class store_command {
public:
  /// Adds it to a command line, which must not outlive this.
  explicit store_command(CLI::App& to);

  store_command(const store_command&) = delete;
  store_command& operator=(const store_command&) = delete;

  /// Whether this is what was asked for.
  bool chosen() const;

  /// Does it. Returns what the process is to end with: 0; 1 when something is wrong with what is
  /// stored, or with a line; 2 when a file cannot be opened.
  int run(std::istream& in, std::ostream& out, std::ostream& err) const;

private:
  int check(std::ostream& out, std::ostream& err) const;
  int write_lines(std::ostream& out, std::ostream& err) const;
  int read_lines(std::istream& in, std::ostream& out, std::ostream& err) const;

  CLI::App* all_;
  CLI::App* check_;
  CLI::App* export_;
  std::string file_;
  std::string lines_;
};

} // namespace salon
