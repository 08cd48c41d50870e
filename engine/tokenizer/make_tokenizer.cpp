#include "engine/tokenizer/make_tokenizer.h"

#include <fmt/format.h>

#include <woolly/error.h>

#include "engine/tokenizer/spm_tokenizer.h"
#include "engine/tokenizer/vocabulary.h"

namespace woolly {

std::unique_ptr<Tokenizer> make_tokenizer(const gguf::Metadata& metadata) {
  const std::string model = metadata.get_string("tokenizer.ggml.model");
  if (model == "llama") return std::make_unique<SpmTokenizer>(load_spm_options(metadata));
  throw_usage(fmt::format("tokenizer.ggml.model '{}' is not supported", model),
              "supported: 'llama' (SentencePiece with byte fallback)");
}

}  // namespace woolly
