"""Our engine's command-line program, asked for JSON."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "quantum"
FOLDER = ROOT / "target" / "check-engine"
SECONDS = 120
REASON = 500


class Refused(Exception):
    """The engine did not run a program; says what it wrote."""


def run(name: str, source: str, shots: int, seed: int = 7, inputs: dict[str, float] | None = None) -> dict:
    """The program stays in `FOLDER`, to be run again by hand."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.qasm"
    path.write_text(source)
    given = [part for key, value in (inputs or {}).items() for part in ("--input", f"{key}={value!r}")]
    command = [str(BINARY), "run", str(path), "--shots", str(shots), "--seed", str(seed), "--threads", "1", "--json", *given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise Refused((done.stderr or done.stdout).strip()[:REASON])
    return json.loads(done.stdout)


def counts(name: str, source: str, shots: int) -> Counter:
    """How often each word was measured, its first character the first bit declared."""
    return Counter(run(name, source, shots)["counts"])


def results(name: str, source: str, inputs: dict[str, float] | None = None) -> list:
    """The values of the exact result types, in the order asked for."""
    return [result["value"] for result in run(name, source, 0, inputs=inputs)["result_types"]]
