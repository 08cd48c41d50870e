// SentencePiece-style byte-pair encoding by score (tokenizer.ggml.model = "llama").
// Source: Kudo and Richardson 2018, "SentencePiece", arXiv:1808.06226; the ids are those that
// llama.cpp gives.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <woolly/tokenizer.h>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/adjacency_filter.h"
#include "engine/tokenizer/special_tokens.h"
#include "engine/tokenizer/vocabulary.h"

namespace woolly {

struct SpmOptions {
  Vocabulary vocabulary;
  bool add_bos = true;
  bool add_space_prefix = true;
  std::string model_name;  // general.name, for special_tokens_of()
};

// Throws Error (usage) that names the key.
SpmOptions load_spm_options(const gguf::Metadata& metadata);

// Ordinary text starts as characters; of all neighbours whose joint text is a token, the pair with
// the best score joins first, the leftmost among equals. Characters that end outside the vocabulary
// become byte tokens, or the unknown token where the vocabulary lacks these. A space counts as
// U+2581; one is put before text at the start and after each special token if the model asks.
// Ordinary text never becomes a control, unknown or byte token, whatever it spells.
class SpmTokenizer : public Tokenizer {
 public:
  // Throws Error (usage) when the vocabulary has no scores, or cannot represent every byte.
  explicit SpmTokenizer(SpmOptions options);
  SpmTokenizer(const SpmTokenizer&) = delete;  // the look-ups refer to the texts
  SpmTokenizer& operator=(const SpmTokenizer&) = delete;

  // O(n log n). Throws Error (usage) for more than 1 GiB of text.
  std::vector<TokenId> encode(std::string_view text, bool add_bos,
                              bool parse_special = true) const override;
  // An id outside the vocabulary gives "".
  std::string decode(TokenId id, bool first = false) const override;
  int vocab_size() const override { return options_.vocabulary.size(); }
  TokenId bos() const override { return options_.vocabulary.bos; }
  TokenId eos() const override { return options_.vocabulary.eos; }

 private:
  // A character or what it merged into; a doubly linked list in a vector.
  struct Symbol {
    std::uint32_t begin;
    std::uint32_t bytes;  // 0: merged into its left neighbour
    std::int32_t previous;
    std::int32_t next;
    TokenId id;  // -1: not merged yet, so not looked up
  };
  struct Candidate {
    float score;
    std::int32_t left;
    std::int32_t right;
    std::uint32_t bytes;  // of both when proposed: tells whether one has changed since
    TokenId id;
  };
  // Working memory of one encode().
  struct Scratch {
    std::string text;
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
  };

  void index_tokens();
  void index_characters(std::string_view token_text);
  void check_every_byte() const;
  TokenId find(std::string_view text) const;
  void encode_text(Scratch& scratch, std::vector<TokenId>& out) const;
  void merge(Scratch& scratch) const;
  void propose(Scratch& scratch, std::int32_t left, std::int32_t right) const;
  void emit(const Scratch& scratch, std::vector<TokenId>& out) const;

  SpmOptions options_;
  std::unordered_map<std::string_view, TokenId> ids_;  // what ordinary text may become
  std::size_t longest_token_bytes_ = 0;
  std::array<TokenId, 256> byte_tokens_{};  // -1 where there is none
  AdjacencyFilter adjacency_;
  SpecialTokens specials_;
};

}  // namespace woolly
