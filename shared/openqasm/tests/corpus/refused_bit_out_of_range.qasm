// bits are counted from 0
OPENQASM 3.0;
qubit[2] q;
bit[2] c;
c[2] = measure q[0];
