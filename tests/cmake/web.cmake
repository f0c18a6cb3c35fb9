# The chat page: its units, its types, and a browser against the real binary. Their npm packages come
# by `./dev setup test`'s npm and `./dev test`.
if(NOT SALON_WEB OR NOT TARGET salon)
  return()
endif()
add_test(NAME "web: types" COMMAND ${NODE} node_modules/typescript/bin/tsc
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/web)
add_test(NAME "web: units" COMMAND ${NODE} node_modules/vitest/vitest.mjs run
  WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/web)
set_tests_properties("web: types" "web: units" PROPERTIES LABELS "web;slow" TIMEOUT 120)

find_program(CHROMIUM chromium)
if(NOT CHROMIUM)
  message(STATUS "Without the browser tests of the chat page: there is no chromium")
  return()
endif()
file(GLOB web_tests CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/web
  ${CMAKE_CURRENT_SOURCE_DIR}/web/*.test.mjs)
foreach(file ${web_tests})
  string(REGEX REPLACE "\\.test\\.mjs$" "" name ${file})
  add_test(NAME "web: ${name}" COMMAND ${NODE} --test ${file}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/web)
  set_tests_properties("web: ${name}" PROPERTIES LABELS "web;slow" TIMEOUT 300
    ENVIRONMENT "SALON_BINARY=$<TARGET_FILE:salon>;SALON_CHROMIUM=${CHROMIUM};SALON_TEST_SECONDS=150;SALON_PICTURES=${PROJECT_BINARY_DIR}/pictures")
endforeach()
