OPENQASM 3.0;
// All qubits agree: 000 or 111.
input float theta;

qubit[3] q;
bit[3] b;

ry(theta) q[0];
cnot q[0], q[1];
cnot q[1], q[2];
b = measure q;
