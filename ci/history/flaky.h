// Benchmarks whose reruns of one commit disagree tell nothing about commits: they are quarantined,
// that is listed and not judged, until they are quiet again.
#pragma once

#include <optional>
#include <string>

#include "ci/history/series.h"

namespace woolly::history {

// Reruns whose medians are farther apart than this, as a relative change, disagree. What sessions
// hours apart differ by on a sound machine stays below (gate::kSessionFloor).
inline constexpr double kRerunsAgree = 0.10;
// Quarantined when so many of the last kLookBack rerun commits disagree, released when the last
// kQuiet of them agree.
inline constexpr int kDisagreements = 2;
inline constexpr int kLookBack = 5;
inline constexpr int kQuiet = 3;

struct Quarantine {
  std::string commit;   // the last whose reruns disagree
  double spread;        // its largest value over its smallest, less one
  bool answers_differ;  // its reruns computed different things
  int quiet;            // rerun commits that agreed since
};

// Nothing when the series is sound now, whatever was before. `absolute_floor`, in the unit of the
// metric: values closer than that agree.
std::optional<Quarantine> quarantine_of(const Series& series, double absolute_floor);

}  // namespace woolly::history
