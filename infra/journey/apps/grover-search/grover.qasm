OPENQASM 3.0;
// Finds one marked entry among eight by looking twice.
input uint marked;

gate sign a, b, c { h c; ccnot a, b, c; h c; }
gate mark(m2, m1, m0) a, b, c {
  rx(pi * (1 - m2)) a; rx(pi * (1 - m1)) b; rx(pi * (1 - m0)) c;
  sign a, b, c;
  rx(pi * (m2 - 1)) a; rx(pi * (m1 - 1)) b; rx(pi * (m0 - 1)) c;
}
gate amplify a, b, c {
  h a; h b; h c;
  mark(0, 0, 0) a, b, c;
  h a; h b; h c;
}

qubit[3] q;
bit[3] b;

h q;
mark((marked >> 2) & 1, (marked >> 1) & 1, marked & 1) q[0], q[1], q[2];
amplify q[0], q[1], q[2];
mark((marked >> 2) & 1, (marked >> 1) & 1, marked & 1) q[0], q[1], q[2];
amplify q[0], q[1], q[2];
b = measure q;
