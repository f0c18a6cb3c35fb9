# Everything Salon builds on. `./dev setup` brings what is missing; scripts/packages.sh names it.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(toml11 REQUIRED)
find_package(PostgreSQL 15 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(Protobuf 3.21 REQUIRED)

# libedit brings no CMake package of its own; Conan's is called editline.
find_package(editline CONFIG QUIET)
if(NOT TARGET editline::editline)
  find_path(EDITLINE_INCLUDE_DIR histedit.h REQUIRED)
  find_library(EDITLINE_LIBRARY edit REQUIRED)
  add_library(editline::editline UNKNOWN IMPORTED)
  set_target_properties(editline::editline PROPERTIES
    IMPORTED_LOCATION ${EDITLINE_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${EDITLINE_INCLUDE_DIR})
endif()

# The program's allocator. jemalloc brings no CMake package of its own, Conan's does. A sanitizer
# needs the C library's.
if(SALON_JEMALLOC AND NOT SALON_SANITIZE)
  find_package(jemalloc CONFIG QUIET)
  find_library(JEMALLOC_LIBRARY NAMES libjemalloc_pic.a jemalloc)
  if(NOT TARGET jemalloc::jemalloc AND JEMALLOC_LIBRARY)
    add_library(jemalloc::jemalloc UNKNOWN IMPORTED)
    set_target_properties(jemalloc::jemalloc PROPERTIES
      IMPORTED_LOCATION ${JEMALLOC_LIBRARY}
      INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS};m")
  endif()
  if(NOT TARGET jemalloc::jemalloc)
    message(STATUS "jemalloc was not found: the program uses the C library's allocator")
  endif()
endif()

# An installed CAF comes first, then the one that `./dev setup` keeps in its cache. CAF calls itself
# compatible with exactly the version that is asked for, so those that base/caf_adapter speaks to are
# tried one by one. The thread sanitizer needs a CAF that was compiled with it: only the cache has it.
if(DEFINED ENV{XDG_CACHE_HOME})
  set(SALON_CACHE_DIR $ENV{XDG_CACHE_HOME}/salon)
else()
  set(SALON_CACHE_DIR $ENV{HOME}/.cache/salon)
endif()
if(SALON_SANITIZE MATCHES "thread")
  find_package(CAF 0.18.7 CONFIG REQUIRED
    PATHS ${SALON_CACHE_DIR}/caf-0.18.7-tsan NO_DEFAULT_PATH)
else()
  find_package(CAF 0.18.7 CONFIG QUIET PATHS ${SALON_CACHE_DIR}/caf-0.18.7-release)
  if(NOT CAF_FOUND)
    find_package(CAF 1.1.0 CONFIG QUIET)
  endif()
  if(NOT CAF_FOUND)
    message(FATAL_ERROR "CAF 0.18.7 or 1.1.0 was not found: run `./dev setup`")
  endif()
endif()
# Nodes of a cluster talk through these two.
if(NOT TARGET CAF::io OR NOT TARGET CAF::openssl)
  message(FATAL_ERROR "the CAF in ${CAF_DIR} was built without its modules io and openssl: run "
    "`./dev setup`, or build it with them")
endif()

if(SALON_TESTS)
  find_package(Catch2 3 CONFIG REQUIRED PATHS ${SALON_CACHE_DIR}/catch2/usr)
endif()
