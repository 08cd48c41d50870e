// Which instruction sets this machine has, and which of them kernels may use.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace woolly {

// Best last.
enum class Isa { kGeneric, kAvx2, kAvxVnni, kAvx512, kAvx512Vnni, kAvx512Bf16, kAmx };

// Whether a machine whose best is `best` has `needed` for certain: each has what comes before it,
// but machines with AVX-512 may lack AVX-VNNI.
constexpr bool includes(Isa best, Isa needed) {
  return needed == Isa::kAvxVnni ? best == Isa::kAvxVnni : needed <= best;
}

std::vector<std::string_view> isa_names();  // all, best last
std::string_view isa_name(Isa isa);         // "generic", "avx2", ...
std::optional<Isa> isa_from_name(std::string_view name);

struct CpuFeatures {
  bool avx2 = false;    // with FMA and F16C
  bool avx512 = false;  // F, BW, DQ, VL
  bool avx512_vnni = false;
  bool avx512_bf16 = false;
  bool avx_vnni = false;
  bool amx_int8 = false;  // and leave of the operating system to use tiles
  bool amx_bf16 = false;  // the same

  bool has(Isa isa) const noexcept;
};

// What the processor and the operating system offer together. Asks Linux for leave to use AMX
// tiles, once and for all threads of the process.
CpuFeatures detect_cpu_features() noexcept;

// The best Isa kernels may use: WOOLLY_ISA when set (Error (usage) when unknown or not available
// here), else the best this machine has.
Isa choose_isa(const CpuFeatures& features);

}  // namespace woolly
