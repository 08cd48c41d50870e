// For tests only: a small vocabulary made by hand, as the metadata of a file.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/vocabulary.h"

namespace woolly::test {

struct Token {
  std::string text;
  float score = 0;
  TokenKind kind = TokenKind::kNormal;
};

inline gguf::Metadata spm_metadata(const std::vector<Token>& tokens) {
  std::vector<std::string> texts;
  std::vector<float> scores;
  std::vector<std::int32_t> kinds;
  for (const Token& token : tokens) {
    texts.push_back(token.text);
    scores.push_back(token.score);
    kinds.push_back(static_cast<std::int32_t>(token.kind));
  }
  gguf::Metadata metadata;
  metadata.set("tokenizer.ggml.model", std::string("llama"));
  metadata.set("tokenizer.ggml.tokens", gguf::Array{std::move(texts)});
  metadata.set("tokenizer.ggml.scores", gguf::Array{std::move(scores)});
  metadata.set("tokenizer.ggml.token_type", gguf::Array{std::move(kinds)});
  return metadata;
}

inline constexpr TokenId kFirstByteToken = 3;
inline constexpr TokenId kFirstPiece = kFirstByteToken + 256;

// <unk> <s> </s>, the 256 byte tokens, then `pieces` from id kFirstPiece on.
inline std::vector<Token> with_byte_tokens(const std::vector<Token>& pieces) {
  std::vector<Token> tokens = {{"<unk>", 0, TokenKind::kUnknown},
                               {"<s>", 0, TokenKind::kControl},
                               {"</s>", 0, TokenKind::kControl}};
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back({fmt::format("<0x{:02X}>", byte), 0, TokenKind::kByte});
  }
  tokens.insert(tokens.end(), pieces.begin(), pieces.end());
  return tokens;
}

inline gguf::Metadata spm_metadata_with_bytes(const std::vector<Token>& pieces) {
  gguf::Metadata metadata = spm_metadata(with_byte_tokens(pieces));
  metadata.set("tokenizer.ggml.bos_token_id", std::uint32_t{1});
  metadata.set("tokenizer.ggml.eos_token_id", std::uint32_t{2});
  metadata.set("tokenizer.ggml.unknown_token_id", std::uint32_t{0});
  return metadata;
}

}  // namespace woolly::test
