#!/usr/bin/env bash
# The files that other systems run: they are YAML, they refer to what is there, and what they run in
# a shell is sound.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=/usr/bin/python3 # Debian's, which sees Debian's packages
if ! "$python" -c 'import yaml' 2>/dev/null || ! command -v shellcheck >/dev/null; then
  echo "python3-yaml or shellcheck is not installed (scripts/setup test installs them)"
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Prints each script of a file to $scratch and fails with what is wrong.
"$python" - "$root" "$scratch" <<'EOF_PYTHON'
import pathlib, re, sys, yaml

root, scratch = map(pathlib.Path, sys.argv[1:])
scripts = 0


def need(truth, what):
    if not truth:
        sys.exit(what)


def shell(name, text):
    global scripts
    scripts += 1
    need("${{" not in text, f"{name}: an expression inside of a script: pass it as env")
    header = f"#!/usr/bin/env bash\n# {name}\nset -eo pipefail\n"
    (scratch / f"{scripts}.sh").write_text(header + text)
    for path in re.findall(r"(?:^|\s)\./([\w/.-]+)", text):
        need((root / path).exists() or path.startswith("build/"), f"{name}: no {path}")


def load(path):
    return yaml.safe_load((root / path).read_text())


action = load("ci/action.yml")
need(action["runs"]["using"] == "composite", "ci/action.yml: not composite")
text = (root / "ci/action.yml").read_text()
for name in re.findall(r"inputs\.([\w-]+)", text):
    need(name in action["inputs"], f"ci/action.yml: no input {name}")
for name in action["inputs"]:
    need(f"inputs.{name}" in text, f"ci/action.yml: input {name} is not used")
for step in action["runs"]["steps"]:
    need("shell" in step, f"ci/action.yml: {step['name']}: a composite step names its shell")
    shell(f"ci/action.yml: {step['name']}", step["run"])

for name, job in load(".github/workflows/ci.yml")["jobs"].items():
    for step in job["steps"]:
        if "run" in step:
            shell(f"ci.yml: {step['name']}", step["run"])
        elif step["uses"].startswith("./"):
            inputs = load(f"{step['uses']}/action.yml")["inputs"]
            for given in step.get("with", {}):
                need(given in inputs, f"ci.yml: {step['uses']} has no input {given}")

gitlab = load("ci/gitlab.yml")["test-and-gate"]
lines = gitlab["before_script"] + gitlab["script"]
need(all(isinstance(line, str) for line in lines), "ci/gitlab.yml: a script line is no text")
shell("ci/gitlab.yml", "\n".join(lines) + "\n")
need(gitlab["artifacts"]["reports"]["junit"] == "gate.xml", "ci/gitlab.yml: no JUnit report")
print(f"{scripts} scripts")
EOF_PYTHON

shellcheck --severity=warning "$scratch"/*.sh
