# How test files become programs, and their test cases entries of ctest.

# What several folders' tests share.
function(salon_test_support)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "SOURCES;LINKS")
  if(NOT arg_SOURCES)
    return()
  endif()
  list(TRANSFORM arg_SOURCES PREPEND support/)
  add_library(salon_test_support STATIC EXCLUDE_FROM_ALL ${arg_SOURCES})
  target_link_libraries(salon_test_support PUBLIC Catch2::Catch2 ${arg_LINKS} salon::flags)
  target_include_directories(salon_test_support PUBLIC ${PROJECT_SOURCE_DIR})
endfunction()

# The tests of one folder: part of salon_tests, and a program of their own, salon_tests_NAME.
function(salon_test_folder name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  if(NOT arg_SOURCES)
    return()
  endif()
  list(TRANSFORM arg_SOURCES PREPEND ${name}/)
  add_library(salon_tests_${name}_objects OBJECT EXCLUDE_FROM_ALL ${arg_SOURCES})
  salon_test_properties(salon_tests_${name}_objects ${arg_LINKS})
  target_link_libraries(salon_tests PRIVATE salon_tests_${name}_objects)
  add_executable(salon_tests_${name} EXCLUDE_FROM_ALL)
  target_link_libraries(salon_tests_${name} PRIVATE salon_tests_${name}_objects
    Catch2::Catch2WithMain)
endfunction()

function(salon_socket_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "SOURCES;LINKS")
  if(NOT arg_SOURCES)
    return()
  endif()
  add_executable(salon_socket_tests ${arg_SOURCES})
  salon_test_properties(salon_socket_tests ${arg_LINKS})
  target_link_libraries(salon_socket_tests PRIVATE Catch2::Catch2WithMain)
  target_compile_definitions(salon_socket_tests PRIVATE SALON_BINARY="$<TARGET_FILE:salon>")
  add_dependencies(salon_socket_tests salon)
endfunction()

function(salon_test_properties target)
  target_link_libraries(${target} PRIVATE Catch2::Catch2 salon::flags ${ARGN})
  if(TARGET salon_test_support)
    target_link_libraries(${target} PRIVATE salon_test_support)
  endif()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE SALON_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()

# Labels say what a run may leave out:
#   fast         everything that is not hidden
#   slow         tagged [.] or [.slow]: processes and sockets that take long
#   cross_shard  tagged [cross_shard]: slow ones on several shards, run under the thread sanitizer
# Tests tagged [serial] need the machine for themselves.
function(salon_discover_tests)
  foreach(program salon_tests salon_socket_tests)
    if(NOT TARGET ${program})
      continue()
    endif()
    salon_discover(${program} "~[serial]~[cross_shard]" LABELS fast TIMEOUT 120)
    salon_discover(${program} "[serial]~[.]~[cross_shard]" LABELS fast TIMEOUT 120 RUN_SERIAL TRUE)
    salon_discover(${program} "[.]~[serial]~[cross_shard]" LABELS slow TIMEOUT 300)
    salon_discover(${program} "[.][serial]~[cross_shard]" LABELS slow TIMEOUT 300 RUN_SERIAL TRUE)
    salon_discover(${program} "[cross_shard]" LABELS cross_shard TIMEOUT 300)
  endforeach()
endfunction()

function(salon_discover program spec)
  catch_discover_tests(${program} TEST_SPEC ${spec} DISCOVERY_MODE PRE_TEST
    PROPERTIES SKIP_RETURN_CODE 4 ${ARGN})
endfunction()
