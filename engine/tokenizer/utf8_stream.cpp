#include "engine/tokenizer/utf8_stream.h"

#include "engine/tokenizer/utf8.h"

namespace woolly {
namespace {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

}  // namespace

std::string Utf8Stream::push(std::string_view bytes) {
  pending_ += bytes;
  std::string out;
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const Utf8Prefix prefix = utf8_prefix(rest);
    if (prefix.status == Utf8Status::kTruncated) break;
    out += prefix.status == Utf8Status::kComplete
               ? rest.substr(0, static_cast<std::size_t>(prefix.bytes))
               : kReplacementCharacter;
    rest.remove_prefix(static_cast<std::size_t>(prefix.bytes));
  }
  pending_.erase(0, pending_.size() - rest.size());
  return out;
}

std::string Utf8Stream::flush() {
  if (pending_.empty()) return "";
  pending_.clear();
  return std::string(kReplacementCharacter);
}

}  // namespace woolly
