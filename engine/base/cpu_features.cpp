#include "engine/base/cpu_features.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdlib>

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <woolly/error.h>

namespace woolly {
namespace {

struct NamedIsa {
  Isa isa;
  std::string_view name;
};
constexpr std::array kIsas{NamedIsa{Isa::kGeneric, "generic"},
                           NamedIsa{Isa::kAvx2, "avx2"},
                           NamedIsa{Isa::kAvxVnni, "avxvnni"},
                           NamedIsa{Isa::kAvx512, "avx512"},
                           NamedIsa{Isa::kAvx512Vnni, "avx512vnni"},
                           NamedIsa{Isa::kAvx512Bf16, "avx512bf16"},
                           NamedIsa{Isa::kAmx, "amx"}};

}  // namespace

std::vector<std::string_view> isa_names() {
  std::vector<std::string_view> names;
  for (const NamedIsa& entry : kIsas) names.push_back(entry.name);
  return names;
}

std::string_view isa_name(Isa isa) { return kIsas[static_cast<std::size_t>(isa)].name; }

std::optional<Isa> isa_from_name(std::string_view name) {
  for (const NamedIsa& entry : kIsas) {
    if (entry.name == name) return entry.isa;
  }
  return std::nullopt;
}

bool CpuFeatures::has(Isa isa) const noexcept {
  switch (isa) {
    case Isa::kGeneric:
      return true;
    case Isa::kAvx2:
      return avx2;
    case Isa::kAvxVnni:
      return avx2 && avx_vnni;
    case Isa::kAvx512:
      return avx2 && avx512;
    case Isa::kAvx512Vnni:
      return avx2 && avx512 && avx512_vnni;
    case Isa::kAvx512Bf16:
      return has(Isa::kAvx512Vnni) && avx512_bf16;
    case Isa::kAmx:
      return has(Isa::kAvx512Bf16) && amx_bf16 && amx_int8;
  }
  return false;
}

#if defined(__x86_64__)

namespace {

// Linux 5.16 and later save tiles for processes that have asked
// (Documentation/arch/x86/xstate.rst).
bool may_use_tiles() noexcept {
#if defined(__linux__)
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;               // XFEATURE_XTILEDATA
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

}  // namespace

// __builtin_cpu_supports also asks XGETBV whether the system saves the registers. The rest is CPUID
// leaf 7, which g++ 12 does not name.
CpuFeatures detect_cpu_features() noexcept {
  CpuFeatures f;
  __builtin_cpu_init();
  f.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  f.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  f.avx512_vnni = f.avx512 && __builtin_cpu_supports("avx512vnni");
  const auto leaf7 = [](unsigned subleaf) {
    std::array<unsigned, 4> r{};
    __asm__ volatile("cpuid"
                     : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                     : "a"(7U), "c"(subleaf));
    return r;
  };
  const unsigned edx = leaf7(0)[3];
  const unsigned eax1 = leaf7(1)[0];
  f.avx_vnni = f.avx2 && ((eax1 >> 4) & 1U) != 0;
  f.avx512_bf16 = f.avx512 && ((eax1 >> 5) & 1U) != 0;
  const bool tiles = f.avx512 && ((edx >> 24) & 1U) != 0 && may_use_tiles();
  f.amx_bf16 = tiles && ((edx >> 22) & 1U) != 0;
  f.amx_int8 = tiles && ((edx >> 25) & 1U) != 0;
  return f;
}

#else

CpuFeatures detect_cpu_features() noexcept { return {}; }

#endif

Isa choose_isa(const CpuFeatures& features) {
  if (const char* forced = std::getenv("WOOLLY_ISA"); forced != nullptr && *forced != '\0') {
    const std::optional<Isa> isa = isa_from_name(forced);
    if (!isa) {
      throw_usage(fmt::format("WOOLLY_ISA={}: unknown instruction set", forced),
                  fmt::format("one of {}", fmt::join(isa_names(), ", ")));
    }
    if (!features.has(*isa)) {
      throw_usage(fmt::format("WOOLLY_ISA={}: this machine does not have it", forced));
    }
    return *isa;
  }
  for (auto it = kIsas.rbegin(); it != kIsas.rend(); ++it) {
    if (features.has(it->isa)) return it->isa;
  }
  return Isa::kGeneric;
}

}  // namespace woolly
