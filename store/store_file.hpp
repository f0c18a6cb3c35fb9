#pragma once

#include "store/store_error.hpp"

#include <cstdint>
#include <string>

/// Files that are there for their owner alone, as the system sees them.
namespace salon {

/// Makes the folder of `path`, for its owner alone; `refused` when that cannot be.
store_error make_folder(const std::string& path);

/// Makes the file, for its owner alone, unless it is there; `refused` when that cannot be.
store_error make_file(const std::string& path);

/// How large a file is; 0 when it is not there.
std::uint64_t file_bytes(const std::string& path);

/// Names the time since the kernel was started; empty when it does not tell.
std::string running_boot_id();

} // namespace salon
