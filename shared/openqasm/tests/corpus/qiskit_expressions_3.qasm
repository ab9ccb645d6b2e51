OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
qubit[2] q;
uint[8] a;
a = 3;
c[0] = measure q[0];
c[1] = measure q[1];
a = a & 5;
if (a == 1 || c[0]) {
  x q[1];
}
