#pragma once

#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace salon {

/// `salon chat`: a chat for the terminal, or a filter when it is piped.
class chat_command {
public:
  /// Adds it to a command line, which must not outlive this.
  explicit chat_command(CLI::App& to);

  chat_command(const chat_command&) = delete;
  chat_command& operator=(const chat_command&) = delete;

  /// Whether this is what was asked for.
  bool chosen() const;

  /// Does it. Returns what the process is to end with: 0; 1 when there is no server or it did not
  /// accept all; 2 for a mistake in its use.
  int run(std::ostream& out, std::ostream& err) const;

private:
  CLI::App* chat_;
  std::string address_;
  std::string room_ = "lobby";
  std::string name_;
};

} // namespace salon
