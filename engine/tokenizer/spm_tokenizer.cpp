#include "engine/tokenizer/spm_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include <woolly/error.h>

#include "engine/tokenizer/utf8.h"

namespace woolly {
namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581
// Three bytes stand for a space, and offsets have 32 bits.
constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30;

std::size_t character_bytes(std::string_view text) noexcept {
  const Utf8Prefix prefix = utf8_prefix(text);
  return prefix.status == Utf8Status::kComplete ? static_cast<std::size_t>(prefix.bytes) : 1;
}

void append_with_space_marks(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == ' ') {
      out += kSpaceMark;
    } else {
      out += c;
    }
  }
}

std::string with_plain_spaces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool mark = text.substr(0, kSpaceMark.size()) == kSpaceMark;
    out += mark ? ' ' : text[0];
    text.remove_prefix(mark ? kSpaceMark.size() : 1);
  }
  return out;
}

}  // namespace

SpmOptions load_spm_options(const gguf::Metadata& metadata) {
  SpmOptions options;
  options.vocabulary = load_vocabulary(metadata);
  options.add_bos = metadata.get_bool("tokenizer.ggml.add_bos_token", true);
  options.add_space_prefix = metadata.get_bool("tokenizer.ggml.add_space_prefix", true);
  options.model_name = metadata.get_string("general.name", "");
  return options;
}

SpmTokenizer::SpmTokenizer(SpmOptions options)
    : options_(std::move(options)),
      specials_(special_tokens_of(options_.vocabulary, options_.model_name)) {
  if (options_.vocabulary.scores.empty()) {
    throw_usage("tokenizer.ggml.scores is missing",
                "a tokenizer of model 'llama' merges by score; convert the "
                "model again");
  }
  index_tokens();
  check_every_byte();
}

void SpmTokenizer::index_tokens() {
  const Vocabulary& vocabulary = options_.vocabulary;
  ids_.reserve(vocabulary.texts.size());
  byte_tokens_.fill(-1);
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const std::string& text = vocabulary.texts[static_cast<std::size_t>(id)];
    switch (vocabulary.kinds[static_cast<std::size_t>(id)]) {
      case TokenKind::kControl:
      case TokenKind::kUnknown:
        break;
      case TokenKind::kByte:
        byte_tokens_[static_cast<std::size_t>(byte_value(text))] = id;
        break;
      default:
        ids_.insert_or_assign(text, id);  // of equal texts the last counts, as in llama.cpp
        index_characters(text);
        longest_token_bytes_ = std::max(longest_token_bytes_, text.size());
    }
  }
}

void SpmTokenizer::index_characters(std::string_view token_text) {
  std::uint32_t left = 0;
  for (bool first = true; !token_text.empty(); first = false) {
    const std::size_t bytes = character_bytes(token_text);
    const std::uint32_t right = pack_character(token_text.substr(0, bytes));
    if (!first) adjacency_.add(left, right);
    left = right;
    token_text.remove_prefix(bytes);
  }
}

void SpmTokenizer::check_every_byte() const {
  if (options_.vocabulary.unknown >= 0) return;
  const auto missing = std::find(byte_tokens_.begin(), byte_tokens_.end(), -1);
  if (missing == byte_tokens_.end()) return;
  throw_usage(
      fmt::format("tokenizer.ggml.tokens has neither <0x{:02X}> nor an unknown token, so "
                  "some text has no ids",
                  missing - byte_tokens_.begin()));
}

TokenId SpmTokenizer::find(std::string_view text) const {
  if (text.size() > longest_token_bytes_) return -1;
  const auto found = ids_.find(text);
  return found == ids_.end() ? -1 : found->second;
}

std::vector<TokenId> SpmTokenizer::encode(std::string_view text, bool add_bos,
                                          bool parse_special) const {
  if (text.size() > kMaxTextBytes) {
    throw_usage(fmt::format("text of {} bytes is too long to tokenize (limit {})", text.size(),
                            kMaxTextBytes));
  }
  std::vector<TokenId> out;
  if (add_bos && options_.add_bos && bos() >= 0) out.push_back(bos());
  Scratch scratch;
  bool at_start_or_after_special = true;
  for (const Fragment& fragment : specials_.split(text, parse_special)) {
    if (fragment.token >= 0) {
      out.push_back(fragment.token);
      at_start_or_after_special = true;
      continue;
    }
    scratch.text.clear();
    if (options_.add_space_prefix && at_start_or_after_special) scratch.text = kSpaceMark;
    append_with_space_marks(scratch.text, fragment.text);
    encode_text(scratch, out);
    at_start_or_after_special = false;
  }
  return out;
}

void SpmTokenizer::encode_text(Scratch& scratch, std::vector<TokenId>& out) const {
  const std::string_view text = scratch.text;
  scratch.symbols.clear();
  std::uint32_t left = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t bytes = character_bytes(text.substr(begin));
    const std::uint32_t right = pack_character(text.substr(begin, bytes));
    if (!scratch.symbols.empty() && !adjacency_.may_join(left, right)) {
      merge(scratch);
      emit(scratch, out);
      scratch.symbols.clear();
    }
    const auto index = static_cast<std::int32_t>(scratch.symbols.size());
    scratch.symbols.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(bytes),
                               index - 1, index + 1, -1});
    left = right;
    begin += bytes;
  }
  merge(scratch);
  emit(scratch, out);
}

void SpmTokenizer::propose(Scratch& scratch, std::int32_t left, std::int32_t right) const {
  if (left < 0 || right >= static_cast<std::int32_t>(scratch.symbols.size())) return;
  const Symbol& a = scratch.symbols[static_cast<std::size_t>(left)];
  const Symbol& b = scratch.symbols[static_cast<std::size_t>(right)];
  const std::uint32_t bytes = a.bytes + b.bytes;
  const TokenId id = find(std::string_view(scratch.text).substr(a.begin, bytes));
  if (id < 0) return;
  const float score = options_.vocabulary.scores[static_cast<std::size_t>(id)];
  scratch.heap.push_back({score, left, right, bytes, id});
}

void SpmTokenizer::merge(Scratch& scratch) const {
  const auto worse = [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score < b.score : a.left > b.left;
  };
  std::vector<Symbol>& symbols = scratch.symbols;
  std::vector<Candidate>& heap = scratch.heap;
  heap.clear();
  for (std::int32_t i = 1; i < static_cast<std::int32_t>(symbols.size()); ++i) {
    propose(scratch, i - 1, i);
  }
  std::make_heap(heap.begin(), heap.end(), worse);
  const auto propose_on_heap = [&](std::int32_t left, std::int32_t right) {
    const std::size_t size_before = heap.size();
    propose(scratch, left, right);
    if (heap.size() > size_before) std::push_heap(heap.begin(), heap.end(), worse);
  };

  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), worse);
    const Candidate best = heap.back();
    heap.pop_back();
    Symbol& left = symbols[static_cast<std::size_t>(best.left)];
    Symbol& right = symbols[static_cast<std::size_t>(best.right)];
    const bool stale =
        left.bytes == 0 || right.bytes == 0 || left.bytes + right.bytes != best.bytes;
    if (stale) continue;
    left.bytes = best.bytes;
    left.id = best.id;
    left.next = right.next;
    right.bytes = 0;
    if (right.next < static_cast<std::int32_t>(symbols.size())) {
      symbols[static_cast<std::size_t>(right.next)].previous = best.left;
    }
    propose_on_heap(left.previous, best.left);
    propose_on_heap(best.left, left.next);
  }
}

void SpmTokenizer::emit(const Scratch& scratch, std::vector<TokenId>& out) const {
  for (const Symbol& symbol : scratch.symbols) {
    if (symbol.bytes == 0) continue;
    const std::string_view text = std::string_view(scratch.text).substr(symbol.begin, symbol.bytes);
    const TokenId id = symbol.id >= 0 ? symbol.id : find(text);
    if (id >= 0) {
      out.push_back(id);
      continue;
    }
    const auto byte_token = [this](char c) { return byte_tokens_[static_cast<unsigned char>(c)]; };
    if (std::any_of(text.begin(), text.end(), [&](char c) { return byte_token(c) < 0; })) {
      out.push_back(options_.vocabulary.unknown);
    } else {
      std::transform(text.begin(), text.end(), std::back_inserter(out), byte_token);
    }
  }
}

std::string SpmTokenizer::decode(TokenId id, bool first) const {
  if (id < 0 || id >= vocab_size()) return "";  // a model may have padded its output rows
  const std::string& text = options_.vocabulary.texts[static_cast<std::size_t>(id)];
  switch (options_.vocabulary.kinds[static_cast<std::size_t>(id)]) {
    case TokenKind::kControl:
    case TokenKind::kUnknown:
      return "";
    case TokenKind::kByte:
      return std::string(1, static_cast<char>(byte_value(text)));
    case TokenKind::kUserDefined:  // encode() puts no space before it
      return with_plain_spaces(text);
    default:
      break;
  }
  std::string plain = with_plain_spaces(text);
  if (first && options_.add_space_prefix && !plain.empty() && plain[0] == ' ') plain.erase(0, 1);
  return plain;
}

}  // namespace woolly
