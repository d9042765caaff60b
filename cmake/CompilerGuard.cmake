# Two places use this: our own configure step and the package configuration that ships to users.

# turnspit_compiler_problem(VARIABLE): what is wrong with the compiler and what mends it; empty: nothing.
function(turnspit_compiler_problem variable)
    set(what "")
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
        set(what "g++ ${CMAKE_CXX_COMPILER_VERSION} silently drops coroutine bodies and destroys temporaries twice")
    elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
        set(what "clang ${CMAKE_CXX_COMPILER_VERSION} does not see std::expected of libstdc++")
    endif()
    if(what)
        set(what "Turnspit needs clang 19 or g++ 14: ${what}. On Debian 12: apt-get install clang-19 lld-19, then configure with "
            "-DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19.")
        string(CONCAT what ${what})
    endif()
    set(${variable} "${what}" PARENT_SCOPE)
endfunction()

function(turnspit_check_compiler)
    turnspit_compiler_problem(problem)
    if(problem)
        message(FATAL_ERROR "${problem}")
    endif()
endfunction()
