#include "baselines/samples/build_probe.h"

#include <dlfcn.h>
#include <fmt/format.h>
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include <sstream>

#include <woolly/version.h>

namespace woolly::samples {
namespace {

std::string libc() {
#if defined(__GLIBC__)
  return fmt::format("glibc {}", gnu_get_libc_version());
#else
  return "unknown";
#endif
}

// Asked at run time instead of linked, so that a program that only reads a database does not start
// BLAS's threads. Same soname, so the same library as the engine's.
std::string openblas() {
  void* library = ::dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return "none";
  using TextFunction = char* (*)();
  const auto text = [&](const char* name) -> std::string {
    const auto function = reinterpret_cast<TextFunction>(::dlsym(library, name));
    const char* value = function == nullptr ? nullptr : function();
    return value == nullptr ? "unknown" : value;
  };
  std::istringstream config(text("openblas_get_config"));  // "OpenBLAS 0.3.21 DYNAMIC_ARCH ..."
  std::string name;
  std::string version = "unknown";
  config >> name >> version;
  return fmt::format("{} {}", version, text("openblas_get_corename"));
}

const char* yes_no(bool value) { return value ? "true" : "false"; }

}  // namespace

Environment probe_build() {
  const BuildInfo& build = build_info();
  return {{"compiler", std::string(build.compiler)},
          {"flags", std::string(build.flags)},
          {"build_type", std::string(build.build_type)},
          {"sanitizers", build.sanitizers.empty() ? "none" : std::string(build.sanitizers)},
          {"test_hooks", yes_no(build.test_hooks)},
          {"libc", libc()},
          {"openblas", openblas()},
          {"version", std::string(build.version)},
          {"commit", std::string(build.commit)},
          {"dirty", yes_no(build.dirty)}};
}

}  // namespace woolly::samples
