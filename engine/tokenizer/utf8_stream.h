// Turns the bytes of decoded tokens into whole characters for a terminal or a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace woolly {

// A token may end in the middle of a character; its bytes wait here for the rest. What comes out is
// always well-formed UTF-8: a sequence that can no longer become a character is replaced by U+FFFD,
// one for each maximal subpart. Not thread-safe; one stream per sequence.
class Utf8Stream {
 public:
  // The characters that `bytes` completes, possibly "".
  std::string push(std::string_view bytes);
  // The end of the text: what still waits becomes U+FFFD.
  std::string flush();

 private:
  std::string pending_;  // at most 3 bytes between calls
};

}  // namespace woolly
