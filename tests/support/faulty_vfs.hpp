#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>

namespace salon::testing {

/// What SQLite asks of a file.
enum class file_operation { read, write, sync };

/// A way to files for SQLite that fails when it is told to, over the usual one. Under each name
/// there is one; SQLite connects through it when it is given the name. It must outlive every
/// connection. Any thread may use it.
class faulty_vfs {
public:
  enum class writes {
    reach_the_file,
    /// They stay in memory, for all connections of this process, until the file is synced: when the
    /// process is killed, what was not synced is lost as in a power failure.
    wait_for_sync,
  };

  explicit faulty_vfs(std::string name, writes how = writes::reach_the_file);

  faulty_vfs(const faulty_vfs&) = delete;
  faulty_vfs& operator=(const faulty_vfs&) = delete;

  ~faulty_vfs();

  const std::string& name() const noexcept;

  static constexpr auto always = std::numeric_limits<std::size_t>::max();

  /// Lets the `nth` operation from now on, and those after it, `times` in all, fail with a code of
  /// SQLite's. Each operation has one such order, the last.
  void fail(file_operation what, int code, std::size_t nth = 1, std::size_t times = 1);

  /// The same for syncs, which are carried out all the same: what they say is not true.
  void misreport_syncs(int code, std::size_t nth = 1, std::size_t times = 1);

  /// The disk is full until it is mended.
  void fill_up();

  /// Nothing can be written or made until it is mended; what is opened is opened for reading.
  void make_read_only();

  /// Nothing fails any more.
  void mend();

  /// How many operations of this kind there were.
  std::size_t count(file_operation what) const;

  /// Forgets what was not synced, as a power failure does. From now on nothing reaches a file: let
  /// all connections go, then `restore_power`.
  void lose_power();
  void restore_power();

  struct state;

private:
  std::unique_ptr<state> state_;
};

} // namespace salon::testing
