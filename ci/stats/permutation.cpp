#include "ci/stats/permutation.h"

#include <algorithm>
#include <vector>

#include "engine/base/check.h"

namespace woolly::stats {

void block_shuffle(std::span<const double> values, int block, std::mt19937_64& random,
                   std::span<double> shuffled) {
  WOOLLY_CHECK(block > 0 && shuffled.size() == values.size());
  if (block == 1) {
    std::copy(values.begin(), values.end(), shuffled.begin());
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    return;
  }
  const auto size = static_cast<std::size_t>(block);
  std::vector<std::span<const double>> blocks;
  std::size_t end = std::uniform_int_distribution<std::size_t>(1, size)(random);
  for (std::size_t begin = 0; begin < values.size(); begin = end, end += size) {
    blocks.push_back(values.subspan(begin, std::min(end, values.size()) - begin));
  }
  std::shuffle(blocks.begin(), blocks.end(), random);
  auto out = shuffled.begin();
  for (const auto& part : blocks) out = std::copy(part.begin(), part.end(), out);
}

double permutation_p(int as_extreme, int permutations) {
  return (1.0 + as_extreme) / (1.0 + permutations);
}

}  // namespace woolly::stats
