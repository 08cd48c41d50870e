#include "engine/base/tile_emulator.h"

#if defined(__x86_64__) && defined(__linux__)

#include <ucontext.h>

#include <csignal>
#include <cstdint>
#include <cstring>
#include <optional>

namespace woolly::test {
namespace {

constexpr int kTiles = 8;
constexpr int kMaxRows = 16;
constexpr int kMaxRowBytes = 64;

struct TileState {
  bool configured = false;
  std::uint8_t rows[kTiles];
  std::uint16_t row_bytes[kTiles];
  std::uint8_t data[kTiles][kMaxRows][kMaxRowBytes];
};
thread_local TileState state;

// A three-byte VEX instruction with a ModRM byte, and an address where it has one.
struct Instruction {
  std::uint8_t prefix;  // pp: 0 none, 1 66, 2 F3, 3 F2
  std::uint8_t opcode;
  int reg;
  int rm;            // of the register form
  int vvvv;          // the third operand
  bool is_register;  // else memory:
  std::uint64_t address;
  std::int64_t stride;  // the index register, scaled
  std::size_t length;
};

std::uint64_t general_register(const mcontext_t& context, unsigned number) {
  static constexpr int kPlaces[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                    REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                    REG_R12, REG_R13, REG_R14, REG_R15};
  return static_cast<std::uint64_t>(context.gregs[kPlaces[number]]);
}

template <typename T>
T read_at(const void* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

void decode_address(const mcontext_t& context, const std::uint8_t* modrm, unsigned extend_index,
                    unsigned extend_base, Instruction& to) {
  const std::uint8_t* at = modrm + 1;
  const unsigned mode = *modrm >> 6U;
  bool has_base = true;
  unsigned base = (*modrm & 7U);
  if (base == 4) {
    const std::uint8_t sib = *at++;
    const unsigned index = ((sib >> 3U) & 7U) | extend_index;
    if (index != 4) {
      to.stride = static_cast<std::int64_t>(general_register(context, index) << (sib >> 6U));
    }
    base = sib & 7U;
    has_base = !(mode == 0 && base == 5);
  } else if (mode == 0 && base == 5) {  // relative to the next instruction
    to.length += 4;
    to.address = static_cast<std::uint64_t>(context.gregs[REG_RIP]) + to.length +
                 static_cast<std::uint64_t>(read_at<std::int32_t>(at));
    return;
  }
  std::int64_t displacement = 0;
  if (mode == 1) {
    displacement = read_at<std::int8_t>(at);
    at += 1;
  } else if (mode == 2 || !has_base) {
    displacement = read_at<std::int32_t>(at);
    at += 4;
  }
  if (has_base) to.address = general_register(context, base | extend_base);
  to.address += static_cast<std::uint64_t>(displacement);
  to.length += static_cast<std::size_t>(at - (modrm + 1));
}

std::optional<Instruction> decode(const mcontext_t& context) {
  const auto* code = reinterpret_cast<const std::uint8_t*>(context.gregs[REG_RIP]);
  constexpr unsigned kMap0F38 = 2;
  if (code[0] != 0xC4 || (code[1] & 31U) != kMap0F38 || (code[2] & 0x84U) != 0) return {};
  const unsigned extend_reg = (~code[1] >> 4U) & 8U;
  const unsigned extend_index = (~code[1] >> 3U) & 8U;
  const unsigned extend_base = (~code[1] >> 2U) & 8U;
  Instruction to{};
  to.prefix = code[2] & 3U;
  to.vvvv = (~code[2] >> 3U) & 15;
  to.opcode = code[3];
  to.reg = static_cast<int>(((code[4] >> 3U) & 7U) | extend_reg);
  to.rm = static_cast<int>((code[4] & 7U) | extend_base);
  to.is_register = code[4] >> 6U == 3;
  to.length = 5;
  if (!to.is_register) decode_address(context, code + 4, extend_index, extend_base, to);
  return to;
}

bool load_configuration(const std::uint8_t* from) {
  if (from[0] != 1) return false;
  for (int i = 2; i < 16; ++i) {
    if (from[i] != 0) return false;
  }
  state.configured = true;
  std::memset(state.data, 0, sizeof state.data);
  for (int t = 0; t < kTiles; ++t) {
    state.row_bytes[t] = read_at<std::uint16_t>(from + 16 + 2 * t);
    state.rows[t] = from[48 + t];
    if (state.rows[t] > kMaxRows || state.row_bytes[t] > kMaxRowBytes) return false;
  }
  return true;
}

float bfloat(const std::uint8_t* p) {
  const std::uint32_t bits = static_cast<std::uint32_t>(read_at<std::uint16_t>(p)) << 16U;
  return read_at<float>(&bits);
}

struct DotBf16 {
  using Sum = float;
  static float of(const std::uint8_t* a, const std::uint8_t* b) {
    return bfloat(a) * bfloat(b) + bfloat(a + 2) * bfloat(b + 2);
  }
};

template <typename A, typename B>
struct DotBytes {
  using Sum = std::int32_t;
  static std::int32_t of(const std::uint8_t* a, const std::uint8_t* b) {
    std::int32_t sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<A>(a[i]) * static_cast<B>(b[i]);
    return sum;
  }
};

// to[m][n] += sum over k of the products of the four bytes a[m][k] and b[k][n]. False for shapes
// that the processor refuses.
template <typename Dot>
bool multiply(int to, int a, int b) {
  if (to == a || to == b || a == b) return false;
  const int depth = state.row_bytes[a] / 4;
  if (state.rows[to] != state.rows[a] || state.row_bytes[to] != state.row_bytes[b] ||
      state.rows[b] != depth) {
    return false;
  }
  for (int m = 0; m < state.rows[to]; ++m) {
    for (int n = 0; n < state.row_bytes[to] / 4; ++n) {
      std::uint8_t* at = &state.data[to][m][4 * n];
      auto sum = read_at<typename Dot::Sum>(at);
      for (int k = 0; k < depth; ++k) {
        sum += Dot::of(&state.data[a][m][4 * k], &state.data[b][k][4 * n]);
      }
      std::memcpy(at, &sum, sizeof sum);
    }
  }
  return true;
}

bool product(const Instruction& i) {
  const auto signed_byte = std::int8_t{};
  const auto byte = std::uint8_t{};
  const auto of_bytes = [&](auto a, auto b) {
    return multiply<DotBytes<decltype(a), decltype(b)>>(i.reg, i.rm, i.vvvv);
  };
  if (i.opcode == 0x5C) return i.prefix == 2 && multiply<DotBf16>(i.reg, i.rm, i.vvvv);
  switch (i.prefix) {
    case 0:
      return of_bytes(byte, byte);
    case 1:
      return of_bytes(byte, signed_byte);
    case 2:
      return of_bytes(signed_byte, byte);
    default:
      return of_bytes(signed_byte, signed_byte);
  }
}

bool move(const Instruction& i) {
  const bool store = i.prefix == 2;
  for (int r = 0; r < state.rows[i.reg]; ++r) {
    auto* memory = reinterpret_cast<std::uint8_t*>(
        i.address + static_cast<std::uint64_t>(r) * static_cast<std::uint64_t>(i.stride));
    std::uint8_t* row = state.data[i.reg][r];
    const std::size_t bytes = state.row_bytes[i.reg];
    store ? std::memcpy(memory, row, bytes) : std::memcpy(row, memory, bytes);
    if (!store) std::memset(row + bytes, 0, kMaxRowBytes - bytes);
  }
  return true;
}

bool run(const Instruction& i) {
  if (i.opcode == 0x49) {  // configuration, release, zero
    if (!i.is_register) {
      return i.prefix == 0 && load_configuration(reinterpret_cast<const std::uint8_t*>(i.address));
    }
    if (i.prefix == 0) return state.configured = false, true;
    if (i.prefix != 3 || !state.configured || i.reg >= kTiles) return false;
    std::memset(state.data[i.reg], 0, sizeof state.data[i.reg]);
    return true;
  }
  if (!state.configured || i.reg >= kTiles) return false;
  if (i.opcode == 0x4B) return !i.is_register && i.prefix != 0 && move(i);
  if (i.opcode == 0x5C || i.opcode == 0x5E) {
    return i.is_register && i.rm < kTiles && i.vvvv < kTiles && product(i);
  }
  return false;
}

void handle(int signal, siginfo_t*, void* context) {
  mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
  const std::optional<Instruction> instruction = decode(machine);
  if (instruction && run(*instruction)) {
    machine.gregs[REG_RIP] += static_cast<greg_t>(instruction->length);
    return;
  }
  std::signal(signal, SIG_DFL);  // happens again, and ends the process
}

bool install() {
  struct sigaction action {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  return sigaction(SIGILL, &action, nullptr) == 0;
}

}  // namespace

CpuFeatures features_with_amx() {
  CpuFeatures features = detect_cpu_features();
  if (features.has(Isa::kAmx) || !features.has(Isa::kAvx512Bf16)) return features;
  static const bool kInstalled = install();
  features.amx_bf16 = features.amx_int8 = kInstalled;
  return features;
}

}  // namespace woolly::test

#else

namespace woolly::test {
CpuFeatures features_with_amx() { return detect_cpu_features(); }
}  // namespace woolly::test

#endif
