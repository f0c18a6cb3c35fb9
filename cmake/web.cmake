# The chat page in web/, made by Vite and built into the server: one file to deploy. Where Node or
# the page's npm packages are missing the server is built without it, and says how to add it.
find_program(NODE NAMES node nodejs)
set(web_folder ${PROJECT_SOURCE_DIR}/web)
if(NODE AND EXISTS ${web_folder}/node_modules/vite)
  set(can_build_web ON)
else()
  set(can_build_web OFF)
endif()
option(SALON_WEB "Build the chat page into the server (needs `npm ci` in web/)" ${can_build_web})
if(SALON_WEB AND NOT can_build_web)
  message(FATAL_ERROR "The chat page needs Node 18 or newer and `npm ci --prefix web`; "
    "-DSALON_WEB=OFF leaves it out")
endif()

# salon_chat_page(TARGET): adds the chat page's files to a library, or their absence.
function(salon_chat_page target)
  if(NOT SALON_WEB)
    message(STATUS "Without the chat page: SALON_WEB is off")
    target_sources(${target} PRIVATE no_chat_page.cpp)
    return()
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web_folder}/src/* ${web_folder}/public/*)
  set(made ${PROJECT_BINARY_DIR}/web)
  add_custom_command(OUTPUT ${made}/chat_page.cpp
    COMMAND ${NODE} node_modules/vite/bin/vite.js build --outDir ${made}/page --emptyOutDir
      --logLevel warn
    COMMAND ${NODE} embed.mjs ${made}/page ${made}/chat_page.cpp
    WORKING_DIRECTORY ${web_folder}
    DEPENDS ${sources} ${web_folder}/index.html ${web_folder}/vite.config.ts
      ${web_folder}/embed.mjs ${web_folder}/package-lock.json
    COMMENT "Building the chat page"
    VERBATIM)
  target_sources(${target} PRIVATE ${made}/chat_page.cpp)
endfunction()
