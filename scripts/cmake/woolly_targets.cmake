# One place for flags and for the way targets are declared.
include(GoogleTest OPTIONAL)
include(CheckCXXCompilerFlag)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(woolly_flags INTERFACE)
# Contraction off: a*b+c means the same on every compiler, except in the objects of one ISA, whose
# tests hold them to an error bound.
target_compile_options(woolly_flags INTERFACE -Wall -Wextra -Wshadow
                       $<$<NOT:$<BOOL:$<TARGET_PROPERTY:WOOLLY_CONTRACT>>>:-ffp-contract=off>
                       $<$<BOOL:${WOOLLY_WERROR}>:-Werror>)
target_include_directories(woolly_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/engine/include)
if(WOOLLY_TEST_HOOKS)
  target_compile_definitions(woolly_flags INTERFACE WOOLLY_TEST_HOOKS=1)
endif()
if(WOOLLY_SANITIZE)
  target_compile_options(woolly_flags INTERFACE -fsanitize=${WOOLLY_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(woolly_flags INTERFACE -fsanitize=${WOOLLY_SANITIZE})
endif()

if(WOOLLY_TIDY)
  find_program(CLANG_TIDY_PROGRAM NAMES clang-tidy-14 clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY_PROGRAM} --quiet)
endif()

set(WOOLLY_LAYOUT_SEED "" CACHE STRING "Links the same code in another order and place: any text")

# Moves what is linked after it, by sizes that follow from the seed. Only `woolly gate calibrate`
# sets one: relinked builds show what the place of code and data alone does to its speed.
set(WOOLLY_LAYOUT_PAD "")
if(NOT WOOLLY_LAYOUT_SEED STREQUAL "")
  foreach(section text rodata data)
    string(MD5 hash "${WOOLLY_LAYOUT_SEED} ${section}")
    string(SUBSTRING ${hash} 0 3 hash)
    math(EXPR pad_${section} "(0x${hash} + 1) * 16")  # at most 64 KiB
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/layout_pad.cpp CONTENT
"__asm__(\".text\\n.skip @pad_text@, 0x90\\n.section .rodata\\n.skip @pad_rodata@\\n\"
        \".data\\n.skip @pad_data@\\n.text\");
" @ONLY)
  add_library(woolly_layout_pad OBJECT ${CMAKE_BINARY_DIR}/layout_pad.cpp)
  set(WOOLLY_LAYOUT_PAD $<TARGET_OBJECTS:woolly_layout_pad>)
endif()

# Permutes a list by the seed. The order of sources is that of objects in archives and programs:
# compile commands stay as they are, so nothing is compiled anew.
function(woolly_shuffle list)
  if(WOOLLY_LAYOUT_SEED STREQUAL "")
    return()
  endif()
  set(keyed "")
  foreach(item IN LISTS ${list})
    string(MD5 key "${WOOLLY_LAYOUT_SEED} ${item}")
    list(APPEND keyed "${key} ${item}")
  endforeach()
  list(SORT keyed)
  list(TRANSFORM keyed REPLACE "^[0-9a-f]+ " "")
  set(${list} ${keyed} PARENT_SCOPE)
endfunction()

# woolly_library(NAME SOURCES a.cpp ... LINK lib ...): a static library with the house flags.
function(woolly_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  woolly_shuffle(ARG_SOURCES)
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC woolly_flags ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
endfunction()

# woolly_executable(NAME SOURCES ... LINK ...): lands in build/PRESET/bin.
function(woolly_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  woolly_shuffle(ARG_SOURCES)
  add_executable(${name} ${WOOLLY_LAYOUT_PAD} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE woolly_flags ${ARG_LINK})
endfunction()

# woolly_test(NAME SOURCES x_test.cpp ... LINK lib ... [LABELS l ...] [PROPERTIES p v ...]): one
# GoogleTest binary, one CTest entry a case. Tests find built commands in WOOLLY_BIN_DIR and data
# in WOOLLY_SHARED_DATA.
function(woolly_test name)
  if(NOT WOOLLY_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PROPERTIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE woolly_flags GTest::gmock GTest::gtest_main ${ARG_LINK})
  target_compile_definitions(${name} PRIVATE WOOLLY_BIN_DIR="${CMAKE_BINARY_DIR}/bin"
                             WOOLLY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES
    TIMEOUT 300 ENVIRONMENT XDG_CACHE_HOME=${CMAKE_BINARY_DIR}/tests/cache ${ARG_PROPERTIES})
endfunction()

# woolly_isa_library(NAME ISA SOURCES ...): objects compiled for one instruction set, linked in by
# the operation that dispatches to them at run time. Such files use intrinsics and C headers only.
set(WOOLLY_ISA_FLAGS_generic "")
set(WOOLLY_ISA_FLAGS_avx2 -mavx2 -mfma -mf16c)
set(WOOLLY_ISA_FLAGS_avxvnni ${WOOLLY_ISA_FLAGS_avx2} -mavxvnni)
set(WOOLLY_ISA_FLAGS_avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mf16c
    -mprefer-vector-width=512)
set(WOOLLY_ISA_FLAGS_avx512vnni ${WOOLLY_ISA_FLAGS_avx512} -mavx512vnni)
set(WOOLLY_ISA_FLAGS_avx512bf16 ${WOOLLY_ISA_FLAGS_avx512vnni} -mavx512bf16)
set(WOOLLY_ISA_FLAGS_amx ${WOOLLY_ISA_FLAGS_avx512bf16} -mamx-tile -mamx-bf16 -mamx-int8)
function(woolly_isa_library name isa)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_library(${name} OBJECT ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE woolly_flags)
  target_compile_options(${name} PRIVATE ${WOOLLY_ISA_FLAGS_${isa}} -O3 -ffp-contract=fast)
  set_target_properties(${name} PROPERTIES WOOLLY_CONTRACT ON)
  set_property(GLOBAL APPEND PROPERTY WOOLLY_ISA_LIBRARIES ${name})  # scripts/checks/isa_objects.sh
endfunction()
