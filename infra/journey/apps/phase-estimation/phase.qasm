OPENQASM 3.0;
// Reads the phase of a gate into four bits with the inverse quantum Fourier transform.
input float phase;

gate turn(part) control, target { cphaseshift(2 * pi * part) control, target; }
gate inverse_fourier a, b, c, d {
  swap a, d; swap b, c;
  h d;
  cphaseshift(-pi / 2) d, c; h c;
  cphaseshift(-pi / 4) d, b; cphaseshift(-pi / 2) c, b; h b;
  cphaseshift(-pi / 8) d, a; cphaseshift(-pi / 4) c, a; cphaseshift(-pi / 2) b, a; h a;
}

qubit[4] counting;
qubit eigenstate;
bit[4] b;

x eigenstate;
h counting;
turn(8 * phase) counting[0], eigenstate;
turn(4 * phase) counting[1], eigenstate;
turn(2 * phase) counting[2], eigenstate;
turn(phase) counting[3], eigenstate;
inverse_fourier counting[0], counting[1], counting[2], counting[3];
b = measure counting;
