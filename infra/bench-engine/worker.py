"""A peer in a process of its own: reads what to run from its input, a JSON object a line, and answers what it cost.

`python worker.py PEER THREADS`; a line is {"path": …, "shots": …, "repeat": …}, an answer {"cpu": …, "wall": …, "peak": …, "prepare": …}.
"""

import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

from gates import read
from peers import PEERS
from usage import measured


def main() -> None:
    peer, threads = sys.argv[1], int(sys.argv[2])
    prepared, work, seconds = None, None, 0.0
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["path"] != prepared:
            prepare = lambda: PEERS[peer](read(Path(asked["path"])), asked["shots"], threads)
            # the first time loads the peer itself
            prepare()
            began = time.process_time()
            prepared, work = asked["path"], prepare()
            seconds = time.process_time() - began
        usage = replace(measured(work, asked["repeat"]), prepare=seconds)
        print(json.dumps(asdict(usage)), flush=True)


main()
