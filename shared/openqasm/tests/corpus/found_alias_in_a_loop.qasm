// an alias declared in a loop of the run assigned bits that were taken for known after it
OPENQASM 3.0;
qubit[2] q;
bit[2] c;
bit m;
h q[0];
m = measure q[0];
while (m) {
  let d = c[0:1];
  d = "01";
  m = measure q[1];
}
for int i in [0:int(c[0])] { x q[1]; }
c = measure q;
