// Chooses the tokenizer that a file's metadata asks for.
#pragma once

#include <memory>

#include <woolly/tokenizer.h>

#include "engine/gguf/gguf.h"

namespace woolly {

// Reads tokenizer.ggml.model: "llama" gives the SentencePiece style (spm_tokenizer.h). Throws Error
// (usage) that names the key for another model and for a vocabulary that is missing or broken.
std::unique_ptr<Tokenizer> make_tokenizer(const gguf::Metadata& metadata);

}  // namespace woolly
