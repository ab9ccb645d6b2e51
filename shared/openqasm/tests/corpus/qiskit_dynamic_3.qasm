OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
int switch_dummy;
qubit[3] q;
h q[0];
c[0] = measure q[0];
if (c[0]) {
  x q[1];
} else {
  h q[1];
}
for int _loop_i_0 in [0:2] {
  rx(0.1*_loop_i_0) q[2];
  c[1] = measure q[2];
  if (c[1]) {
    break;
  }
}
while (c == 3) {
  h q[0];
  c[0] = measure q[0];
  c[1] = measure q[1];
}
switch_dummy = c;
switch (switch_dummy) {
  case 0:
  case 1: {
    x q[2];
  }
  break;
  default: {
    y q[2];
  }
  break;
}
delay[100.0ns] q[0];
reset q[1];
