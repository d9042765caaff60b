# Shared shape of our targets: warnings, strict Qt, one precompiled header for all Qt Core code.

add_library(turnspit_options INTERFACE)
target_compile_options(turnspit_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-unused-parameter)
if(TURNSPIT_WERROR)
    target_compile_options(turnspit_options INTERFACE -Werror)
endif()
target_compile_definitions(turnspit_options INTERFACE
    QT_NO_CAST_FROM_ASCII QT_NO_KEYWORDS QT_NO_FOREACH QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_NO_CONTEXTLESS_CONNECT)

# Programs and tests know the version (TURNSPIT_VERSION); of a library only the sources named here, so that another version is a
# matter of a few files.
function(turnspit_tell_version)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_DEFINITIONS "TURNSPIT_VERSION=\"${PROJECT_VERSION}\"")
endfunction()

# Every Qt Core target has the same flags, so one precompiled header serves all.
function(turnspit_use_core_pch name)
    if(NOT TARGET turnspit_pch)
        file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/pch_core.cpp" CONTENT "")
        add_library(turnspit_pch OBJECT "${CMAKE_BINARY_DIR}/pch_core.cpp")
        target_link_libraries(turnspit_pch PRIVATE Qt6::Core turnspit_options)
        target_precompile_headers(turnspit_pch PRIVATE "${PROJECT_SOURCE_DIR}/cmake/pch_core.h")
    endif()
    target_precompile_headers(${name} REUSE_FROM turnspit_pch)
endfunction()

# turnspit_library(NAME SOURCES ... LINKS ... [NO_QT]): a static library of core/ whose include root is core/.
function(turnspit_library name)
    cmake_parse_arguments(ARG "NO_QT" "" "SOURCES;LINKS" ${ARGN})
    if(ARG_SOURCES)
        add_library(${name} STATIC ${ARG_SOURCES})
        target_include_directories(${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/core>")
        target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE "$<BUILD_INTERFACE:turnspit_options>")
        if(NOT ARG_NO_QT)
            target_link_libraries(${name} PUBLIC Qt6::Core)
            set_target_properties(${name} PROPERTIES AUTOMOC ON)
            turnspit_use_core_pch(${name})
        endif()
    else()
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/core>")
        target_link_libraries(${name} INTERFACE ${ARG_LINKS})
    endif()
endfunction()

# turnspit_program(NAME SOURCES ... LINKS ... [NO_QT]): an executable in bin/.
function(turnspit_program name)
    cmake_parse_arguments(ARG "NO_QT" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS} turnspit_options)
    target_compile_definitions(${name} PRIVATE "TURNSPIT_VERSION=\"${PROJECT_VERSION}\"")
    if(NOT ARG_NO_QT)
        target_link_libraries(${name} PRIVATE Qt6::Core)
        set_target_properties(${name} PROPERTIES AUTOMOC ON)
        turnspit_use_core_pch(${name})
    endif()
endfunction()

# turnspit_test(NAME SOURCES ... LINKS ... LABELS ... [TIMEOUT s]): one Qt Test executable, registered with ctest under its name.
function(turnspit_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS;LABELS;ARGS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS} Qt6::Test turnspit_options)
    target_compile_definitions(${name} PRIVATE "TURNSPIT_VERSION=\"${PROJECT_VERSION}\"")
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    turnspit_use_core_pch(${name})
    add_test(NAME ${name} COMMAND ${name} ${ARG_ARGS})
    if(NOT ARG_LABELS)
        set(ARG_LABELS unit)
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;TURNSPIT_BIN=${CMAKE_BINARY_DIR}/bin")
endfunction()
