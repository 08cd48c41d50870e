// The readable form of results.
#pragma once

#include <string>

#include "microbench/harness/measurement.h"
#include "microbench/harness/suite.h"

namespace woolly::micro {

std::string table_header(std::size_t name_width);

// Median time, its spread over the repetitions, rates, and the share of which roof.
std::string table_row(const Measurement& measurement, const Cost& cost, std::size_t name_width);

}  // namespace woolly::micro
