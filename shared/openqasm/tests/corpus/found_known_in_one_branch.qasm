// a branch that read a half-known register made its bits seem kept on the other way too
OPENQASM 3.0;
qubit[2] q;
bit[3] c;
c = "110";
c[0] = measure q[0];
switch (int(c[0])) {
  case 1 { while (int(c) > 3) { c[0] = measure q[0]; } }
  default { }
}
if (int(c) > 3) { x q[1]; }
c[1] = measure q[1];
