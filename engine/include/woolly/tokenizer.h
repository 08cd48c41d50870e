// Text to token ids and back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace woolly {

using TokenId = std::int32_t;

// Thread-safety: all members are const and may be called from several threads at once.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Ids of `text` (any bytes; invalid UTF-8 falls back to byte tokens). With `add_bos` the id of
  // the beginning-of-sequence token stands first when the model's metadata asks for one.
  // The texts of user-defined tokens always become those tokens; with `parse_special` the texts
  // of control tokens do, too, else they stay ordinary text.
  virtual std::vector<TokenId> encode(std::string_view text, bool add_bos,
                                      bool parse_special = true) const = 0;

  // The bytes that `id` adds to the output. `first` tells that nothing came before it (the
  // SentencePiece style drops one leading space there). Control tokens give "".
  virtual std::string decode(TokenId id, bool first = false) const = 0;

  virtual int vocab_size() const = 0;
  virtual TokenId bos() const = 0;  // -1 when the model has none
  virtual TokenId eos() const = 0;  // -1 when the model has none
};

}  // namespace woolly
