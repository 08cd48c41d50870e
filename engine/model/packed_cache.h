// The packed form of a model kept in a file beside others in a directory (a sidecar), so that the
// next load reads it instead of packing.
//
// Named DIR/0123456789abcdef.panels2: model_content_hash() and kPanelLayoutVersion. Nothing else
// decides the bytes: not threads, pages or instruction set.
//
//   header   magic, identity, sizes, checksums
//   table    XXH3-64 of every chunk of the arena, then zeros up to a multiple of 4096
//   arena    as it is in memory
//
// Identity. The content hash samples the ends of every tensor, since reading a file whole takes as
// long as packing it. That tells models apart, but not a file from the same one with a few weights
// changed in place. So the header also has the FileStamp of the file that was packed, and any other
// stamp means packing anew: a copied or touched model costs one more packing, never a wrong answer.
//
// Checksums are against damage, not against someone who writes a false sidecar on purpose: DIR must
// be as trustworthy as the model.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/thread_pool.h"
#include "engine/model/llama_model.h"
#include "engine/model/packed_model.h"

namespace woolly {

enum class PackedOrigin {
  kFile,    // read from the directory
  kStored,  // packed, and now in the directory
  kPacked,  // packed, and could not be stored
};

struct PackedLoad {
  PackedOrigin origin = PackedOrigin::kPacked;
  std::string warning;  // one line: why a file there could not be used, or none be written
};

std::filesystem::path packed_cache_file(const std::filesystem::path& directory,
                                        const std::string& content_hash);

// Fills `packed`, planned from the same model, from its file in `directory`, without reading the
// matrices of the model. When there is none, or it is damaged, or of another state of the model,
// packs and stores (atomically; the directory is made when it is missing). No second copy of the
// weights in memory. Processes that do this at once each leave a whole file, the last one's. Throws
// Error (usage) when `directory` is something else than a directory.
PackedLoad load_or_pack(const std::filesystem::path& directory, const std::string& content_hash,
                        const LlamaModel& model, PackedModel& packed, ThreadPool& pool);

}  // namespace woolly
