# Shared shape of our targets: warnings, strict Qt, and a precompiled header for all code of a kind: on Qt Core, on Qt Widgets, and the
# tests of either.

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

# turnspit_use_pch(NAME KIND [OPTIONS ...]): the precompiled header pch_KIND.h, made once for all targets of the kind, which have the same
# flags: OPTIONS too.
function(turnspit_use_pch name kind)
    cmake_parse_arguments(ARG "" "" "OPTIONS" ${ARGN})
    set(links_core Qt6::Core)
    set(links_widgets ${links_core} Qt6::Widgets)
    set(links_test_core ${links_core})
    set(links_test_widgets ${links_widgets})
    if(NOT TARGET turnspit_pch_${kind})
        file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/pch_${kind}.cpp" CONTENT "")
        add_library(turnspit_pch_${kind} OBJECT "${CMAKE_BINARY_DIR}/pch_${kind}.cpp")
        target_link_libraries(turnspit_pch_${kind} PRIVATE ${links_${kind}} turnspit_options)
        target_compile_options(turnspit_pch_${kind} PRIVATE ${ARG_OPTIONS})
        if(kind MATCHES "^test")
            # Not linked to it: that would define the folder of the first test for all.
            target_include_directories(turnspit_pch_${kind} SYSTEM PRIVATE $<TARGET_PROPERTY:Qt6::Test,INTERFACE_INCLUDE_DIRECTORIES>)
        endif()
        target_precompile_headers(turnspit_pch_${kind} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/pch_${kind}.h")
    endif()
    target_compile_options(${name} PRIVATE ${ARG_OPTIONS})
    target_precompile_headers(${name} REUSE_FROM turnspit_pch_${kind})
endfunction()

# widgets or core, by what it is linked to.
function(turnspit_kind out)
    set(${out} core PARENT_SCOPE)
    if("${ARGN}" MATCHES "Qt6::Widgets|turnspit_(ui|desktop)")
        set(${out} widgets PARENT_SCOPE)
    endif()
endfunction()

function(turnspit_use_core_pch name)
    turnspit_use_pch(${name} core)
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
            turnspit_kind(kind ${ARG_LINKS})
            turnspit_use_pch(${name} ${kind})
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
        turnspit_kind(kind ${ARG_LINKS})
        turnspit_use_pch(${name} ${kind})
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
    turnspit_kind(kind ${ARG_LINKS})
    string(PREPEND kind test_)
    # A test is compiled more often than it runs. With a sanitizer its frames would be large, and grow with each coroutine that it resumes.
    set(unoptimised "")
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
        set(unoptimised "$<$<CONFIG:Debug>:-O0>")
    endif()
    turnspit_use_pch(${name} ${kind} OPTIONS ${unoptimised})
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
