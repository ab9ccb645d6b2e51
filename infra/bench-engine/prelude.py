"""The gates of `stdgates.inc` in OpenQASM's own words, for a simulator that cannot include them."""

INCLUDE = 'include "stdgates.inc";'
# names that no program has: Braket's simulator takes a formal qubit for a register of the same name
GATES = """
gate p(_a) _q0 { ctrl @ gphase(_a) _q0; }
gate sdg _q0 { inv @ s _q0; }
gate tdg _q0 { inv @ t _q0; }
gate sx _q0 { pow(0.5) @ x _q0; }
gate cx _q0, _q1 { ctrl @ x _q0, _q1; }
gate cp(_a) _q0, _q1 { ctrl @ ctrl @ gphase(_a) _q0, _q1; }
gate crx(_a) _q0, _q1 { ctrl @ rx(_a) _q0, _q1; }
gate cry(_a) _q0, _q1 { ctrl @ ry(_a) _q0, _q1; }
gate crz(_a) _q0, _q1 { ctrl @ rz(_a) _q0, _q1; }
gate ch _q0, _q1 { ctrl @ h _q0, _q1; }
gate ccx _q0, _q1, _q2 { ctrl @ ctrl @ x _q0, _q1, _q2; }
"""


def without_include(source: str) -> str:
    return source.replace(INCLUDE, GATES)
