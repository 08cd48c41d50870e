#include "engine/tokenizer/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <woolly/error.h>

namespace woolly {
namespace {

constexpr const char* kTokensKey = "tokenizer.ggml.tokens";
constexpr const char* kScoresKey = "tokenizer.ggml.scores";
constexpr const char* kKindsKey = "tokenizer.ggml.token_type";

void check_length(const char* key, std::size_t entries, std::size_t tokens) {
  if (entries == tokens) return;
  throw_usage(fmt::format("{} has {} entries, but {} has {}", key, entries, kTokensKey, tokens));
}

std::vector<float> load_scores(const gguf::Metadata& metadata, std::size_t tokens) {
  const std::vector<float>* scores = metadata.find_floats(kScoresKey);
  if (scores == nullptr) return {};
  check_length(kScoresKey, scores->size(), tokens);
  const auto bad =
      std::find_if(scores->begin(), scores->end(), [](float score) { return std::isnan(score); });
  if (bad != scores->end()) {
    throw_usage(fmt::format("{}[{}] is not a number", kScoresKey, bad - scores->begin()));
  }
  return *scores;
}

std::vector<TokenKind> load_kinds(const gguf::Metadata& metadata,
                                  const std::vector<std::string>& texts) {
  constexpr std::int32_t kUndefined = 0;  // written by some converters for ordinary tokens
  std::vector<TokenKind> kinds(texts.size(), TokenKind::kNormal);
  const std::vector<std::int32_t>* numbers = metadata.find_ints(kKindsKey);
  if (numbers == nullptr) {
    std::transform(texts.begin(), texts.end(), kinds.begin(), [](const std::string& text) {
      return byte_value(text) >= 0 ? TokenKind::kByte : TokenKind::kNormal;
    });
    return kinds;
  }
  check_length(kKindsKey, numbers->size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::int32_t number = (*numbers)[i];
    if (number < kUndefined || number > static_cast<std::int32_t>(TokenKind::kByte)) {
      throw_usage(fmt::format("{}[{}] is {}, expected 0 to 6", kKindsKey, i, number));
    }
    if (number != kUndefined) kinds[i] = static_cast<TokenKind>(number);
  }
  return kinds;
}

void check_byte_tokens(const Vocabulary& vocabulary) {
  for (std::size_t i = 0; i < vocabulary.texts.size(); ++i) {
    if (vocabulary.kinds[i] == TokenKind::kByte && byte_value(vocabulary.texts[i]) < 0) {
      throw_usage(fmt::format("{}[{}] is a byte token, but its text is not of the form <0x41>",
                              kTokensKey, i));
    }
  }
}

TokenId load_id(const gguf::Metadata& metadata, const char* key, int vocab_size) {
  if (metadata.find(key) == nullptr) return -1;
  const std::uint64_t id = metadata.get_uint(key);
  if (id >= static_cast<std::uint64_t>(vocab_size)) {
    throw_usage(fmt::format("{} is {}, but the vocabulary has {} tokens", key, id, vocab_size));
  }
  return static_cast<TokenId>(id);
}

// A file without the key may still have the token: the one of kind "unknown".
TokenId first_unknown(const std::vector<TokenKind>& kinds) {
  const auto found = std::find(kinds.begin(), kinds.end(), TokenKind::kUnknown);
  return found == kinds.end() ? -1 : static_cast<TokenId>(found - kinds.begin());
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Vocabulary load_vocabulary(const gguf::Metadata& metadata) {
  const std::vector<std::string>* texts = metadata.find_strings(kTokensKey);
  if (texts == nullptr || texts->empty()) {
    throw_usage(fmt::format("{} is missing or empty", kTokensKey),
                "the file has no vocabulary; convert the model again");
  }
  if (texts->size() > static_cast<std::size_t>(std::numeric_limits<TokenId>::max())) {
    throw_usage(fmt::format("{} has {} entries, too many", kTokensKey, texts->size()));
  }
  Vocabulary vocabulary;
  vocabulary.texts = *texts;
  vocabulary.scores = load_scores(metadata, texts->size());
  vocabulary.kinds = load_kinds(metadata, *texts);
  check_byte_tokens(vocabulary);
  vocabulary.bos = load_id(metadata, "tokenizer.ggml.bos_token_id", vocabulary.size());
  vocabulary.eos = load_id(metadata, "tokenizer.ggml.eos_token_id", vocabulary.size());
  vocabulary.unknown = load_id(metadata, "tokenizer.ggml.unknown_token_id", vocabulary.size());
  if (vocabulary.unknown < 0) vocabulary.unknown = first_unknown(vocabulary.kinds);
  return vocabulary;
}

int byte_value(std::string_view token_text) noexcept {
  if (token_text.size() != 6 || token_text.substr(0, 3) != "<0x" || token_text[5] != '>') return -1;
  const int high = hex_digit(token_text[3]);
  const int low = hex_digit(token_text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace woolly
