OPENQASM 2.0;
include "qelib1.inc";
gate unitary q0 { u(pi,-pi,0) q0; }
qreg q[2];
creg meas[2];
unitary q[0];
barrier q[0],q[1];
measure q[0] -> meas[0];
measure q[1] -> meas[1];