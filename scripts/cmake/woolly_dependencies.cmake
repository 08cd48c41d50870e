# Third-party packages, each from Debian by name (scripts/setup installs them).
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(benchmark REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(HWLOC REQUIRED IMPORTED_TARGET hwloc)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)
find_path(NLOHMANN_JSON_INCLUDE_DIR nlohmann/json.hpp REQUIRED)
if(WOOLLY_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()

# SQLiteCpp's package leaves SQLite itself to the caller.
add_library(woolly_sqlite INTERFACE)
target_link_libraries(woolly_sqlite INTERFACE SQLiteCpp PkgConfig::SQLITE3)
