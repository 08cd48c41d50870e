#include "ci/stats/permutation.h"

#include <algorithm>
#include <vector>

#include "engine/base/check.h"

namespace woolly::stats {

void block_shuffle(std::span<double> values, int block, std::mt19937_64& random) {
  WOOLLY_CHECK(block > 0);
  if (block == 1) {
    std::shuffle(values.begin(), values.end(), random);
    return;
  }
  const auto size = static_cast<std::size_t>(block);
  std::vector<std::span<const double>> blocks;
  const std::vector<double> old(values.begin(), values.end());
  std::size_t end = std::uniform_int_distribution<std::size_t>(1, size)(random);
  for (std::size_t begin = 0; begin < old.size(); begin = end, end += size) {
    blocks.push_back(std::span(old).subspan(begin, std::min(end, old.size()) - begin));
  }
  std::shuffle(blocks.begin(), blocks.end(), random);
  auto out = values.begin();
  for (const auto& part : blocks) out = std::copy(part.begin(), part.end(), out);
}

double permutation_p(int as_extreme, int permutations) {
  return (1.0 + as_extreme) / (1.0 + permutations);
}

}  // namespace woolly::stats
