# Two places use this: our own configure step and the package configuration that ships to users.
function(turnspit_check_compiler)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
        message(FATAL_ERROR
            "Turnspit needs clang 19 or g++ 14: g++ ${CMAKE_CXX_COMPILER_VERSION} silently drops coroutine bodies and destroys "
            "temporaries twice. On Debian 12: apt-get install clang-19 lld-19, then configure with "
            "-DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19.")
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
        message(FATAL_ERROR
            "Turnspit needs clang 19 or g++ 14: clang ${CMAKE_CXX_COMPILER_VERSION} does not see std::expected of libstdc++. "
            "On Debian 12: apt-get install clang-19 lld-19, then configure with "
            "-DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19.")
    endif()
endfunction()
