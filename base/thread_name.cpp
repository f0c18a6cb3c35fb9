#include "base/thread_name.hpp"

#include <pthread.h>

#include <cstddef>

namespace salon {

void name_thread(const std::string& name) {
  // A longer one is refused.
  constexpr std::size_t most = 15;
  ::pthread_setname_np(::pthread_self(), name.substr(0, most).c_str());
}

} // namespace salon
