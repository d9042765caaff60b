# What programs of other people build on: find_package(Turnspit COMPONENTS Hosting Worker Sqlite Redis Ipc Systemd). The include root has a
# folder of its own, so that <ipc/...> is nobody else's.
set(include_root "${CMAKE_INSTALL_INCLUDEDIR}/turnspit")
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Turnspit")
# What no program includes: they are the host's own.
set(without)
foreach(internal IN ITEMS "*_p.h" callline.h hostcore.h hostcontext.h servicerun.h serviceorder.h tickreports.h ticks.h workerpool.h)
    list(APPEND without PATTERN "${internal}" EXCLUDE)
endforeach()
set(folders base async control di config logging supervision queues hosting)
set(worker_headers turnspit/worker/exposecontrol.h)
set(ipc_headers ipc/remotesession.h ipc/sessionsocket.h ipc/wire.h ipc/wireclient.h)
set(systemd_headers systemd/systemdenvironment.h systemd/systemdnotifier.h systemd/usesystemd.h)
set(sqlite_headers sqlite/sqlitequeue.h)
set(redis_headers redis/redisaddress.h redis/redisqueue.h)

# A component, and the library that it is; the others are what those are made of.
set(components Hosting Worker Sqlite Ipc Systemd)
set(Hosting_library turnspit_hosting)
set(Worker_library turnspit_worker)
set(Sqlite_library turnspit_queues_sqlite)
set(Redis_library turnspit_queues_redis)
set(Ipc_library turnspit_ipc)
set(Systemd_library turnspit_systemd)
if(TARGET turnspit_queues_redis)
    list(INSERT components 3 Redis)
endif()

list(TRANSFORM folders PREPEND turnspit/ OUTPUT_VARIABLE public_headers)
# The worker needs what reads and writes logs, and the values of a session; nobody includes those.
set(libraries turnspit_base_values turnspit_sqlite turnspit_keep turnspit_logs turnspit_session)
foreach(folder IN LISTS folders)
    list(APPEND libraries turnspit_${folder})
    install(DIRECTORY turnspit/${folder} DESTINATION "${include_root}/turnspit" COMPONENT dev
        FILES_MATCHING PATTERN "*.h" ${without})
endforeach()
foreach(component IN LISTS components)
    list(APPEND libraries ${${component}_library})
    string(TOLOWER "${component}" name)
    list(APPEND public_headers ${${name}_headers})
    foreach(header IN LISTS ${name}_headers)
        cmake_path(GET header PARENT_PATH folder)
        install(FILES ${header} DESTINATION "${include_root}/${folder}" COMPONENT dev)
    endforeach()
endforeach()
list(REMOVE_DUPLICATES libraries)
set(TURNSPIT_PUBLIC_HEADERS ${public_headers} PARENT_SCOPE) # what the reference is made of

# The same names built and installed. The connection to SQLite is no component, whatever the case of its name.
foreach(library IN LISTS libraries)
    string(REPLACE "turnspit_" "" name "${library}")
    set_target_properties(${library} PROPERTIES EXPORT_NAME "${name}")
endforeach()
set_target_properties(turnspit_sqlite PROPERTIES EXPORT_NAME sqlitedatabase)
foreach(component IN LISTS components)
    set_target_properties(${${component}_library} PROPERTIES EXPORT_NAME ${component})
endforeach()
foreach(library IN LISTS libraries)
    get_target_property(name ${library} EXPORT_NAME)
    add_library(Turnspit::${name} ALIAS ${library})
endforeach()
target_compile_features(turnspit_base_values PUBLIC cxx_std_23)

# All that the development package has: some of it no program of ours is made of.
add_custom_target(turnspit_libraries)
add_dependencies(turnspit_libraries ${libraries})

install(TARGETS ${libraries} EXPORT TurnspitTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT dev
    INCLUDES DESTINATION "${include_root}")
install(EXPORT TurnspitTargets NAMESPACE Turnspit:: DESTINATION "${package_dir}" COMPONENT dev)

include(CMakePackageConfigHelpers)
list(JOIN components "|" component_pattern)
list(JOIN components ", " component_words)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/TurnspitConfig.cmake.in" TurnspitConfig.cmake
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(TurnspitConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/TurnspitConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/TurnspitConfigVersion.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/CompilerGuard.cmake" "${PROJECT_SOURCE_DIR}/cmake/moc_prelude.h"
    DESTINATION "${package_dir}" COMPONENT dev)

file(RELATIVE_PATH to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" to_prefix "${to_prefix}")
foreach(component IN LISTS components)
    string(TOLOWER "turnspit-${component}.pc" name)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/${name}.in" ${name} @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT dev)
endforeach()
