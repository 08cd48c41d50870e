// A SentencePiece-style vocabulary of any size, made by rule: common English words and invented
// ones of one to three syllables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace woolly {

// The arrays of tokenizer.ggml.*, one entry a token id.
struct SyllableVocabulary {
  std::vector<std::string> tokens;
  std::vector<float> scores;
  std::vector<std::int32_t> types;  // 1 normal, 2 unknown, 3 control, 6 byte

  static constexpr std::uint32_t kUnknown = 0;
  static constexpr std::uint32_t kBos = 1;
  static constexpr std::uint32_t kEos = 2;
  static constexpr std::uint32_t kFirstPiece = 3 + 256;  // before it: control and byte tokens
};

// <unk> <s> </s>, the 256 byte tokens, pieces of several characters by falling score, then U+2581
// and the printable ASCII characters. Every text tokenizes: what no piece covers falls back to
// bytes. Each piece is the join of two shorter ones, so that merging can reach it. No token stands
// twice. `size` is at least 355 (no piece of several characters) and at most 500,000.
SyllableVocabulary make_syllable_vocabulary(std::size_t size);

}  // namespace woolly
