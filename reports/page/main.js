// Runs last: everything above is defined.

showSubtitle(byId("subtitle"));
showFigures(byId("figures"));
const resultsTable = showResults(byId("results"));
showGate(byId("gate"), resultsTable);
showRuns(byId("runs"));
showEnvironment(byId("environment"));
showNotes(byId("notes"));
document.documentElement.dataset.ready = "true";
