# The installed package: find_package(Salon) gives salon::server and the layers below it.
include(CMakePackageConfigHelpers)

get_property(layers GLOBAL PROPERTY SALON_LAYERS)
foreach(layer ${layers})
  install(TARGETS salon_${layer} EXPORT SalonTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${layer} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/salon
    FILES_MATCHING PATTERN "*.hpp")
endforeach()
if(TARGET salon)
  install(TARGETS salon RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Salon)
configure_package_config_file(cmake/SalonConfig.cmake.in ${PROJECT_BINARY_DIR}/SalonConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/SalonConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/SalonConfig.cmake ${PROJECT_BINARY_DIR}/SalonConfigVersion.cmake
  DESTINATION ${package_dir})
if(layers)
  install(EXPORT SalonTargets NAMESPACE salon:: DESTINATION ${package_dir})
endif()
