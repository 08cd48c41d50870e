// The token table of a GGUF file, checked.
// Source: the tokenizer.ggml.* keys of the GGUF specification.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <woolly/tokenizer.h>

#include "engine/gguf/gguf.h"

namespace woolly {

// The numbers are those of tokenizer.ggml.token_type.
enum class TokenKind : std::uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

// What every tokenizer family shares. All vectors have one entry per token id, except that scores
// may be empty.
struct Vocabulary {
  std::vector<std::string> texts;
  std::vector<float> scores;
  std::vector<TokenKind> kinds;
  TokenId bos = -1;
  TokenId eos = -1;
  TokenId unknown = -1;

  int size() const { return static_cast<int>(texts.size()); }
};

// Throws Error (usage) that names the key when an entry is missing, has the wrong length, an
// unknown kind, a score that is not a number, or an id outside the vocabulary. Without kinds,
// tokens such as <0x41> are byte tokens and all others normal.
Vocabulary load_vocabulary(const gguf::Metadata& metadata);

// The value of a token whose text is "<0x00>" to "<0xFF>", else -1.
int byte_value(std::string_view token_text) noexcept;

}  // namespace woolly
