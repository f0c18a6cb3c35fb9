#include "tests/support/faulty_vfs.hpp"

#include "tests/support/buffered_file.hpp"

#include <sqlite3.h>

#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>

namespace salon::testing {

struct faulty_vfs::state {
  struct fault {
    int code = SQLITE_OK;
    std::size_t skip = 0;
    std::size_t times = 0;
    bool is_lie = false; ///< The operation is carried out.
  };

  struct judgement {
    int code = SQLITE_OK;
    bool is_lie = false;
  };

  // What the operation is to end with, before it did anything.
  judgement judge(file_operation what) {
    std::lock_guard lock{mutex};
    ++counts[static_cast<std::size_t>(what)];
    auto& order = faults[static_cast<std::size_t>(what)];
    if (order.times == 0)
      return {};
    if (order.skip > 0) {
      --order.skip;
      return {};
    }
    if (order.times != always)
      --order.times;
    return {order.code, order.is_lie};
  }

  int verdict(file_operation what) {
    return judge(what).code;
  }

  std::string name;
  writes how = writes::reach_the_file;
  sqlite3_vfs vfs{};
  sqlite3_vfs* usual = nullptr;

  mutable std::mutex mutex;
  std::array<fault, 3> faults;
  std::array<std::size_t, 3> counts{};
  bool read_only = false;
  bool without_power = false;
  std::map<std::string, std::shared_ptr<buffered_file>> buffers;
};

namespace {

using vfs_state = faulty_vfs::state;

// What SQLite makes room for: this, and behind it what the usual way to files needs.
struct file : sqlite3_file {
  vfs_state* owner;
  std::shared_ptr<buffered_file> buffer; // nothing: writes reach the file

  sqlite3_file* usual() noexcept {
    return reinterpret_cast<sqlite3_file*>(this + 1);
  }
};

file* of(sqlite3_file* x) noexcept {
  return static_cast<file*>(x);
}

vfs_state& of(sqlite3_vfs* x) noexcept {
  return *static_cast<vfs_state*>(x->pAppData);
}

int close(sqlite3_file* x) {
  auto* self = of(x);
  auto* usual = self->usual();
  auto status = usual->pMethods->xClose(usual);
  self->buffer.~shared_ptr();
  return status;
}

int read(sqlite3_file* x, void* to, int bytes, sqlite3_int64 offset) {
  auto* self = of(x);
  if (auto code = self->owner->verdict(file_operation::read); code != SQLITE_OK)
    return code;
  if (!self->buffer)
    return self->usual()->pMethods->xRead(self->usual(), to, bytes, offset);
  std::lock_guard lock{self->owner->mutex};
  auto wanted = static_cast<std::size_t>(bytes);
  auto* out = static_cast<char*>(to);
  auto got = self->buffer->read(out, wanted, static_cast<std::size_t>(offset));
  if (got == wanted)
    return SQLITE_OK;
  std::memset(out + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* x, const void* from, int bytes, sqlite3_int64 offset) {
  auto* self = of(x);
  if (auto code = self->owner->verdict(file_operation::write); code != SQLITE_OK)
    return code;
  std::lock_guard lock{self->owner->mutex};
  if (self->buffer) {
    self->buffer->write(static_cast<const char*>(from), static_cast<std::size_t>(bytes),
                        static_cast<std::size_t>(offset));
    return SQLITE_OK;
  }
  if (self->owner->without_power)
    return SQLITE_OK;
  return self->usual()->pMethods->xWrite(self->usual(), from, bytes, offset);
}

int truncate(sqlite3_file* x, sqlite3_int64 size) {
  auto* self = of(x);
  if (auto code = self->owner->verdict(file_operation::write); code != SQLITE_OK)
    return code;
  std::lock_guard lock{self->owner->mutex};
  if (self->buffer) {
    self->buffer->truncate(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }
  if (self->owner->without_power)
    return SQLITE_OK;
  return self->usual()->pMethods->xTruncate(self->usual(), size);
}

int carry_out_sync(sqlite3_file* x, int flags) {
  auto* self = of(x);
  std::lock_guard lock{self->owner->mutex};
  if (self->owner->without_power)
    return SQLITE_OK;
  auto* usual = self->usual();
  auto status = SQLITE_OK;
  auto worked = [&](int result) {
    status = result;
    return result == SQLITE_OK;
  };
  if (self->buffer
      && !self->buffer->flush(
        {[&](const char* from, std::size_t bytes, std::size_t offset) {
           return worked(usual->pMethods->xWrite(usual, from, static_cast<int>(bytes),
                                                 static_cast<sqlite3_int64>(offset)));
         },
         [&](std::size_t size) {
           return worked(usual->pMethods->xTruncate(usual, static_cast<sqlite3_int64>(size)));
         }}))
    return status;
  return usual->pMethods->xSync(usual, flags);
}

int sync(sqlite3_file* x, int flags) {
  auto judgement = of(x)->owner->judge(file_operation::sync);
  if (judgement.code != SQLITE_OK && !judgement.is_lie)
    return judgement.code;
  auto status = carry_out_sync(x, flags);
  return status == SQLITE_OK ? judgement.code : status;
}

int file_size(sqlite3_file* x, sqlite3_int64* size) {
  auto* self = of(x);
  if (!self->buffer)
    return self->usual()->pMethods->xFileSize(self->usual(), size);
  std::lock_guard lock{self->owner->mutex};
  *size = static_cast<sqlite3_int64>(self->buffer->size());
  return SQLITE_OK;
}

int file_control(sqlite3_file* x, int what, void* argument) {
  // The file's own size says nothing while writes wait.
  if (of(x)->buffer && (what == SQLITE_FCNTL_SIZE_HINT || what == SQLITE_FCNTL_CHUNK_SIZE))
    return SQLITE_OK;
  auto* usual = of(x)->usual();
  return usual->pMethods->xFileControl(usual, what, argument);
}

// Calls the same method of the usual file.
template <auto Method, class... Ts>
int pass(sqlite3_file* x, Ts... xs) {
  auto* usual = of(x)->usual();
  return (usual->pMethods->*Method)(usual, xs...);
}

void shm_barrier(sqlite3_file* x) {
  auto* usual = of(x)->usual();
  usual->pMethods->xShmBarrier(usual);
}

const sqlite3_io_methods& methods() {
  using m = sqlite3_io_methods;
  static const m all{
    2, // without memory-mapped reading, which would look past the buffers
    close,
    read,
    write,
    truncate,
    sync,
    file_size,
    pass<&m::xLock, int>,
    pass<&m::xUnlock, int>,
    pass<&m::xCheckReservedLock, int*>,
    file_control,
    pass<&m::xSectorSize>,
    pass<&m::xDeviceCharacteristics>,
    pass<&m::xShmMap, int, int, int, void volatile**>,
    pass<&m::xShmLock, int, int, int>,
    shm_barrier,
    pass<&m::xShmUnmap, int>,
    nullptr,
    nullptr,
  };
  return all;
}

std::string contents_of(sqlite3_file* usual) {
  sqlite3_int64 size = 0;
  if (usual->pMethods->xFileSize(usual, &size) != SQLITE_OK || size == 0)
    return {};
  std::string contents(static_cast<std::size_t>(size), '\0');
  if (usual->pMethods->xRead(usual, contents.data(), static_cast<int>(size), 0) != SQLITE_OK)
    throw std::runtime_error{"a file cannot be read into its buffer"};
  return contents;
}

int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* x, int flags, int* out_flags) {
  auto& owner = of(vfs);
  x->pMethods = nullptr; // SQLite closes only what has methods
  std::lock_guard lock{owner.mutex};
  if (owner.read_only) {
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
      return SQLITE_CANTOPEN;
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  }
  auto* self = new (x) file{};
  self->owner = &owner;
  auto* usual = self->usual();
  if (auto status = owner.usual->xOpen(owner.usual, path, usual, flags, out_flags);
      status != SQLITE_OK)
    return status;
  if (owner.how == faulty_vfs::writes::wait_for_sync && path != nullptr) {
    auto& buffer = owner.buffers[path];
    if (!buffer)
      buffer = std::make_shared<buffered_file>(contents_of(usual));
    self->buffer = buffer;
  }
  x->pMethods = &methods();
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  auto& owner = of(vfs);
  std::lock_guard lock{owner.mutex};
  if (owner.without_power)
    return SQLITE_OK;
  owner.buffers.erase(path);
  return owner.usual->xDelete(owner.usual, path, sync_folder);
}

int access(sqlite3_vfs* vfs, const char* path, int what, int* result) {
  auto& owner = of(vfs);
  std::lock_guard lock{owner.mutex};
  // The usual way takes an empty file for none.
  if (auto i = owner.buffers.find(path); i != owner.buffers.end() && what == SQLITE_ACCESS_EXISTS) {
    *result = i->second->size() > 0 ? 1 : 0;
    return SQLITE_OK;
  }
  return owner.usual->xAccess(owner.usual, path, what, result);
}

int full_pathname(sqlite3_vfs* vfs, const char* path, int bytes, char* out) {
  auto* usual = of(vfs).usual;
  return usual->xFullPathname(usual, path, bytes, out);
}

} // namespace

faulty_vfs::faulty_vfs(std::string name, writes how) : state_(std::make_unique<state>()) {
  auto& x = *state_;
  x.name = std::move(name);
  x.how = how;
  x.usual = sqlite3_vfs_find(nullptr);
  x.vfs = *x.usual; // randomness, sleep and time are the usual ones, and need nothing of ours
  x.vfs.pNext = nullptr;
  x.vfs.zName = x.name.c_str();
  x.vfs.szOsFile = static_cast<int>(sizeof(file)) + x.usual->szOsFile;
  x.vfs.pAppData = &x;
  x.vfs.xOpen = open;
  x.vfs.xDelete = remove;
  x.vfs.xAccess = access;
  x.vfs.xFullPathname = full_pathname;
  if (sqlite3_vfs_register(&x.vfs, 0) != SQLITE_OK)
    throw std::runtime_error{"SQLite takes no other way to files"};
}

faulty_vfs::~faulty_vfs() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& faulty_vfs::name() const noexcept {
  return state_->name;
}

void faulty_vfs::fail(file_operation what, int code, std::size_t nth, std::size_t times) {
  std::lock_guard lock{state_->mutex};
  state_->faults[static_cast<std::size_t>(what)] = {code, nth - 1, times, false};
}

void faulty_vfs::misreport_syncs(int code, std::size_t nth, std::size_t times) {
  std::lock_guard lock{state_->mutex};
  state_->faults[static_cast<std::size_t>(file_operation::sync)] = {code, nth - 1, times, true};
}

void faulty_vfs::fill_up() {
  fail(file_operation::write, SQLITE_FULL, 1, always);
}

void faulty_vfs::make_read_only() {
  fail(file_operation::write, SQLITE_READONLY, 1, always);
  std::lock_guard lock{state_->mutex};
  state_->read_only = true;
}

void faulty_vfs::mend() {
  std::lock_guard lock{state_->mutex};
  state_->faults = {};
  state_->read_only = false;
}

std::size_t faulty_vfs::count(file_operation what) const {
  std::lock_guard lock{state_->mutex};
  return state_->counts[static_cast<std::size_t>(what)];
}

void faulty_vfs::lose_power() {
  std::lock_guard lock{state_->mutex};
  state_->without_power = true;
  state_->buffers.clear();
}

void faulty_vfs::restore_power() {
  std::lock_guard lock{state_->mutex};
  state_->without_power = false;
  state_->buffers.clear();
}

} // namespace salon::testing
