"""A peer in a process of its own: reads what to run from its input, a JSON object a line, and answers what it cost.

`python worker.py PEER THREADS`; a line is {"path": …, "shots": …, "repeat": …}, an answer {"cpu": …, "wall": …, "peak": …}.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from gates import read
from peers import PEERS
from usage import measured


def main() -> None:
    peer, threads = sys.argv[1], int(sys.argv[2])
    prepared, work = None, None
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["path"] != prepared:
            prepared, work = asked["path"], PEERS[peer](read(Path(asked["path"])), asked["shots"], threads)
        print(json.dumps(asdict(measured(work, asked["repeat"]))), flush=True)


main()
