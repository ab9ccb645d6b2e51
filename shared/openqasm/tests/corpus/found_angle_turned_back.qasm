// the inverse of a turn by an angle of the run was a full turn less, not less than none
OPENQASM 3.0;
qubit[2] q;
bit[2] c;
c[0] = measure q[0];
angle a = 0.1 * (1 + int(c[0]));
h q[0];
inv @ crx(a) q[0], q[1];
c = measure q;
