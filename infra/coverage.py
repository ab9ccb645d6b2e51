"""How much of shared/ do the tests run, and do they produce every error?

Builds everything instrumented in target/coverage, runs all tests, and fails when too little of shared/ ran or some error was
never produced. Function processes that the tests start count too, killed ones included. Unit tests are not counted as code.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ENOUGH = 90.0
ROOT = Path(__file__).resolve().parent.parent
SHARED, TARGET = ROOT / "shared", ROOT / "target" / "coverage"
LINES, REGIONS = TARGET / "lines.info", TARGET / "regions.json"
NO_TOOLS = """error: LLVM's coverage tools were not found. Install them with one of
  rustup component add llvm-tools
  apt install llvm-{major}              (Debian; the LLVM of this rustc)
or name them by LLVM_COV= and LLVM_PROFDATA="""


def main() -> int:
    environment = instrumented()
    cargo = lambda *arguments: subprocess.run(["cargo", *arguments], cwd=ROOT, env=environment).returncode
    export = lambda *how: cargo("llvm-cov", "report", *how, "--ignore-filename-regex", "/(infra|tests)/")
    # what an older build left would be counted as never run
    failed = cargo("llvm-cov", "clean", "--workspace")
    failed = failed or cargo("build", "--workspace", "--bins")
    failed = failed or cargo("test", "--workspace", "--no-fail-fast")
    failed = failed or export("--lcov", "--output-path", str(LINES)) or export("--json", "--output-path", str(REGIONS))
    if failed:
        return failed
    errors = ("test", "--quiet", "--workspace", "--test", "hub", "--", "--ignored", "contract::errors")
    return cargo(*errors) or too_little(LINES)


def instrumented() -> dict[str, str]:
    """What cargo and the programs it builds need to leave what they ran in target/coverage."""
    environment = dict(os.environ) | llvm_tools()
    environment |= {
        "CARGO_TARGET_DIR": str(TARGET),
        "CARGO_INCREMENTAL": "0",
        "CARGO_PROFILE_DEV_DEBUG": "0",
        # counters live in the file (%c), so that a killed process loses none; that needs counters that can be moved
        "LLVM_PROFILE_FILE_NAME": "%2m%c.profraw",
        "RUSTFLAGS": f"{os.environ.get('RUSTFLAGS', '')} -Cllvm-args=-runtime-counter-relocation".strip(),
        "COVERAGE": str(REGIONS),
    }
    show = ["cargo", "llvm-cov", "show-env", "--sh", "--no-cfg-coverage"]
    shown = subprocess.run(show, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    exported = (word.partition("=") for word in shlex.split(shown) if word != "export")
    return environment | {name: value for name, _, value in exported}


def llvm_tools() -> dict[str, str]:
    """Nothing where cargo-llvm-cov finds them by itself."""
    if {"LLVM_COV", "LLVM_PROFDATA"} <= os.environ.keys():
        return {}
    rustup = ["rustup", "component", "add", "llvm-tools"]
    if shutil.which("rustup") and subprocess.run(rustup, cwd=ROOT, capture_output=True).returncode == 0:
        return {}
    version = subprocess.run(["rustc", "-vV"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    major = re.search(r"LLVM version: (\d+)", version)[1]
    found = {name: shutil.which(f"{tool}-{major}") for name, tool in [("LLVM_COV", "llvm-cov"), ("LLVM_PROFDATA", "llvm-profdata")]}
    if not all(found.values()):
        sys.exit(NO_TOOLS.format(major=major))
    return found


def too_little(report: Path) -> int:
    """Prints a line for each crate of shared/ and one for all."""
    ran, lines = defaultdict(int), defaultdict(int)
    for file, counts in files(report):
        if SHARED in file.parents:
            crate, end = file.relative_to(SHARED).parts[0], first_test(file)
            of_code = [count for line, count in counts.items() if line < end]
            lines[crate] += len(of_code)
            ran[crate] += sum(count > 0 for count in of_code)
    for crate in sorted(lines):
        tell(crate, ran[crate], lines[crate])
    share = tell("shared/", sum(ran.values()), sum(lines.values()))
    if share < ENOUGH:
        print(f"error: the tests must run at least {ENOUGH:.0f} % of the lines in shared/", file=sys.stderr)
    return int(share < ENOUGH)


def files(report: Path):
    """Each file with how often each of its lines ran."""
    file, counts = Path(), {}
    for line in report.read_text().splitlines():
        kind, _, value = line.partition(":")
        if kind == "SF":
            file, counts = Path(value).resolve(), {}
        elif kind == "DA":
            number, count = value.split(",")[:2]
            counts[int(number)] = int(count)
        elif kind == "end_of_record":
            yield file, counts


def first_test(file: Path) -> float:
    """Unit tests stand at the end of a file."""
    text = file.read_text()
    start = text.find("#[cfg(test)]\nmod tests {")
    return text.count("\n", 0, start) + 1 if start >= 0 else float("inf")


def tell(what: str, ran: int, lines: int) -> float:
    share = 100 * ran / lines if lines else 100.0
    print(f"{what:<12} {ran:>6} of {lines:>6} lines {share:>6.1f} %")
    return share


if __name__ == "__main__":
    sys.exit(main())
