// The outcome as OpenMetrics text, for Prometheus' node exporter (textfile collector) or push
// gateway. Source: OpenMetrics 1.0, prometheus/OpenMetrics.
#pragma once

#include <string>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

// woolly_gate_info, woolly_gate_exit_code, woolly_gate_elapsed_seconds, and by benchmark and metric
// woolly_gate_series_state (a state set), ..._change_ratio, ..._change_low_ratio,
// ..._change_high_ratio, ..._margin_ratio, ..._base, ..._head (in the label `unit`) and ..._pairs.
// What is not known has no sample.
std::string openmetrics_text(const Conclusion& conclusion);

}  // namespace woolly::gate
