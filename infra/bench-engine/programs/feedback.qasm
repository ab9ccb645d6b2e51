OPENQASM 3.0;
include "stdgates.inc";

qubit[3] q;
bit[5] c;

ry(1.2) q[0];
cx q[0], q[1];
c[0] = measure q[0];
if (c[0]) {
  h q[1];
} else {
  rx(0.8) q[2];
}
c[1] = measure q[1];
if (c[0] == c[1]) {
  ry(0.5) q[2];
}
reset q[0];
ctrl @ ry(0.7) q[2], q[0];
c[2] = measure q[0];
c[3] = measure q[1];
c[4] = measure q[2];
