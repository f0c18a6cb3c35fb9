# The npm SDK against the real binary: one entry per file; its packages come by `./dev setup test`.
file(GLOB sdk_tests CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/sdk
  ${CMAKE_CURRENT_SOURCE_DIR}/sdk/*.test.mjs)
if(NOT sdk_tests OR NOT TARGET salon)
  return()
endif()
find_program(NODE NAMES node nodejs)
if(NOT NODE)
  message(FATAL_ERROR "The SDK tests need Node 18 or newer: run `./dev setup test`")
endif()
foreach(file ${sdk_tests})
  string(REGEX REPLACE "\\.test\\.mjs$" "" name ${file})
  add_test(NAME "sdk: ${name}" COMMAND ${NODE} --test ${file}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/sdk)
  set_tests_properties("sdk: ${name}" PROPERTIES LABELS "sdk;slow" TIMEOUT 300
    ENVIRONMENT "SALON_BINARY=$<TARGET_FILE:salon>")
endforeach()
