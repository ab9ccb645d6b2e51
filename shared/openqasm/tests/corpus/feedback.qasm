OPENQASM 3.0;
include "stdgates.inc";
input float theta;
const int n = 3;
qubit[n] q;
bit[n] c;
gate foo(a, b) x1, x2 { rx(a/2) x1; ctrl @ rz(b) x1, x2; gphase(a); }
def flip(qubit p, int k) -> bit { for int i in [0:k] { x p; } bit r = measure p; if (r) { return 1; } h p; return measure p; }
ctrl @ inv @ foo(theta, 0.25) q[0], q[1], q[2];
for int i in {0, 2} { h q[i]; }
c[0] = measure q[0];
if (c[0]) { x q[1]; } else { y q[1]; }
int count = 0;
while (count < 2) { count += 1; c[1] = measure q[1]; if (c[1] == 1) break; }
bit res = flip(q[2], 1);
switch (count) { case 1, 2 { z q[0]; } default { s q[0]; } }
