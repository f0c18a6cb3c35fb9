# How our own code is compiled. Third-party headers come in as system headers.
add_library(salon_flags INTERFACE)
add_library(salon::flags ALIAS salon_flags)
target_compile_options(salon_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wunused -Werror)
# GCC 12, optimising, sees an overlap in every "text" + std::string (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(salon_flags INTERFACE $<$<CONFIG:Release>:-Wno-restrict>)
endif()

if(SALON_SANITIZE)
  add_compile_options(-fsanitize=${SALON_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SALON_SANITIZE})
  # To look at an object this check opens a pipe, and takes a process without descriptors, as some
  # tests are, for one with a broken object.
  add_compile_options(-fno-sanitize=vptr)
  # GCC's flow analysis warns about code that the sanitizers themselves wove in.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
    if(SALON_SANITIZE MATCHES "thread")
      add_compile_options(-Wno-tsan)
    endif()
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Another clone finds what this one has compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

find_program(MOLD mold)
find_program(LLD ld.lld)
if(MOLD)
  add_link_options(-fuse-ld=mold)
elseif(LLD)
  add_link_options(-fuse-ld=lld)
endif()

# A layer of Salon: a static library named salon_NAME with the alias salon::NAME, installed with
# its headers (cmake/install.cmake).
function(salon_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC;PRIVATE")
  add_library(salon_${name} STATIC ${arg_SOURCES})
  add_library(salon::${name} ALIAS salon_${name})
  set_target_properties(salon_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(salon_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/salon>)
  target_compile_features(salon_${name} PUBLIC cxx_std_20)
  target_link_libraries(salon_${name} PUBLIC ${arg_PUBLIC}
    PRIVATE $<BUILD_INTERFACE:salon::flags> ${arg_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY SALON_LAYERS ${name})
endfunction()
