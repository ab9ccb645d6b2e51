// Benchmark in the manner of a benchmark suite's generator
// Qiskit version: 1.0
// Used Gate Set: ['id', 'u1', 'u2', 'u3', 'cx', 'measure', 'barrier']
OPENQASM 2.0;
include "qelib1.inc";
qreg q[4];
qreg flag[1];
creg meas[4];
creg c[1];
gate gate_Q(param0) q0,q1,q2 { cx q0,q1; u1(param0) q2; cx q1,q2; u1(-param0) q2; }
gate mcphase(param0) q0,q1,q2 { cu1(param0/2) q1,q2; cx q0,q1; cu1(-param0/2) q1,q2; cx q0,q1; cu1(param0/2) q0,q2; }
u2(0,pi) q[0];
u2(0,-pi) q[1];
u3(pi/2,0.123,-3.0e-2) q[2];
u2(2.034443935795702,1.1102230246251565e-16) flag[0];
gate_Q(pi/4) q[0],q[1],q[2];
mcphase(pi/2) q[0],q[1],q[2];
rzz(2.1) q[2],q[3];
ryy(-0.4) q[0],q[3];
rxx(pi/8) q[0],q[1];
swap q[0],q[3];
p(-pi/2) q[1];
cp(pi/16) q[3],q[0];
barrier q[0],q[1],q[2],q[3],flag[0];
measure q[0] -> meas[0];
measure q[1] -> meas[1];
measure q[2] -> meas[2];
measure q[3] -> meas[3];
measure flag[0] -> c[0];
