OPENQASM 3.0;
include "stdgates.inc";

const int[32] n = 4;
const float[64] step = pi / n;

gate entturn(theta) a, b {
  h a;
  ctrl @ ry(theta) a, b;
}

def rotate(float[64] turn, int[32] times, qubit target) {
  for int[32] i in [1:times] {
    rx(turn / i) target;
  }
}

qubit[n] q;
bit[n] c;

for int[32] i in [0:n - 2] {
  entturn(step * (i + 1)) q[i], q[i + 1];
}
for int[32] k in {0, 3} {
  rotate(0.9, 3, q[k]);
}
int[32] left = 3;
while (left > 0) {
  cx q[0], q[left];
  p(0.3 * left) q[left];
  h q[left];
  left -= 1;
}
c = measure q;
