# What programs of other people build on: find_package(Turnspit COMPONENTS Hosting Worker Ipc Systemd). The include root has a
# folder of its own, so that <ipc/...> is nobody else's.
set(include_root "${CMAKE_INSTALL_INCLUDEDIR}/turnspit")
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Turnspit")
set(folders base async control di config logging supervision queues hosting)
set(systemd_headers systemd/systemdenvironment.h systemd/systemdnotifier.h systemd/usesystemd.h)
set(ipc_headers ipc/remotesession.h ipc/sessionsocket.h ipc/wire.h ipc/wireclient.h)

set(worker_headers turnspit/worker/exposecontrol.h)

list(TRANSFORM folders PREPEND turnspit/ OUTPUT_VARIABLE public_headers)
set(TURNSPIT_PUBLIC_HEADERS ${public_headers} ${ipc_headers} ${worker_headers} ${systemd_headers} PARENT_SCOPE) # what the reference is made of

# The worker needs what reads and writes logs, and the values of a session; nobody includes those.
set(libraries turnspit_base_values turnspit_ipc turnspit_systemd turnspit_keep turnspit_logs turnspit_session turnspit_worker)
foreach(folder IN LISTS folders)
    list(APPEND libraries turnspit_${folder})
    install(DIRECTORY turnspit/${folder} DESTINATION "${include_root}/turnspit" COMPONENT dev
        FILES_MATCHING PATTERN "*.h" PATTERN "*_p.h" EXCLUDE PATTERN "hostcore.h" EXCLUDE)
endforeach()
install(FILES ${ipc_headers} DESTINATION "${include_root}/ipc" COMPONENT dev)
install(FILES ${systemd_headers} DESTINATION "${include_root}/systemd" COMPONENT dev)
install(FILES ${worker_headers} DESTINATION "${include_root}/turnspit/worker" COMPONENT dev)

# Turnspit::Hosting, Turnspit::Worker, Turnspit::Ipc and Turnspit::Systemd are for users; the others are what those are made of. The same names built and
# installed.
foreach(library IN LISTS libraries)
    string(REPLACE "turnspit_" "" name "${library}")
    string(REGEX REPLACE "^hosting$" "Hosting" name "${name}")
    string(REGEX REPLACE "^ipc$" "Ipc" name "${name}")
    string(REGEX REPLACE "^systemd$" "Systemd" name "${name}")
    string(REGEX REPLACE "^worker$" "Worker" name "${name}")
    set_target_properties(${library} PROPERTIES EXPORT_NAME "${name}")
    add_library(Turnspit::${name} ALIAS ${library})
endforeach()
target_compile_features(turnspit_base_values PUBLIC cxx_std_23)

install(TARGETS ${libraries} EXPORT TurnspitTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT dev
    INCLUDES DESTINATION "${include_root}")
install(EXPORT TurnspitTargets NAMESPACE Turnspit:: DESTINATION "${package_dir}" COMPONENT dev)

include(CMakePackageConfigHelpers)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/TurnspitConfig.cmake.in" TurnspitConfig.cmake
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(TurnspitConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/TurnspitConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/TurnspitConfigVersion.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/CompilerGuard.cmake" "${PROJECT_SOURCE_DIR}/cmake/moc_prelude.h"
    DESTINATION "${package_dir}" COMPONENT dev)

file(RELATIVE_PATH to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" to_prefix "${to_prefix}")
foreach(name hosting worker ipc systemd)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/turnspit-${name}.pc.in" turnspit-${name}.pc @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/turnspit-${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT dev)
endforeach()
