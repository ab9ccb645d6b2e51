OPENQASM 2.0;
include "qelib1.inc";
gate gate_QFT q0,q1,q2 { h q2; cp(pi/2) q2,q1; cp(pi/4) q2,q0; h q1; cp(pi/2) q1,q0; h q0; swap q0,q2; }
gate gate_QFT_140550083449424 q0,q1,q2 { gate_QFT q0,q1,q2; }
gate mcphase(param0) q0,q1 { cp(-pi/4) q0,q1; }
gate mcphase_140550080676112(param0) q0,q1 { cp(pi/4) q0,q1; }
gate mcphase_140550080676880(param0) q0,q1 { cp(-pi/8) q0,q1; }
gate mcphase_140550080677264(param0) q0,q1 { cp(pi/8) q0,q1; }
gate mcphase_140550080677648(param0) q0,q1 { cp(-pi/8) q0,q1; }
gate mcphase_140550080678416(param0) q0,q1 { cp(pi/4) q0,q1; }
gate cIQFT q0,q1,q2,q3 { mcphase(-pi/4) q0,q2; ccx q0,q1,q3; ccx q0,q3,q1; ccx q0,q1,q3; s q1; h q1; t q1; cx q0,q1; tdg q1; h q1; sdg q1; ccx q0,q2,q1; mcphase_140550080676112(pi/4) q0,q1; ccx q0,q2,q1; mcphase(-pi/4) q0,q1; s q2; h q2; t q2; cx q0,q2; tdg q2; h q2; sdg q2; mcphase_140550080676880(-pi/8) q0,q3; ccx q0,q3,q1; mcphase_140550080677264(pi/8) q0,q1; ccx q0,q3,q1; mcphase_140550080677648(-pi/8) q0,q1; mcphase(-pi/4) q0,q3; ccx q0,q3,q2; mcphase_140550080678416(pi/4) q0,q2; ccx q0,q3,q2; mcphase(-pi/4) q0,q2; s q3; h q3; t q3; cx q0,q3; tdg q3; h q3; sdg q3; }
qreg q[4];
creg meas[4];
gate_QFT_140550083449424 q[0],q[1],q[2];
cIQFT q[3],q[0],q[1],q[2];
barrier q[0],q[1],q[2],q[3];
measure q[0] -> meas[0];
measure q[1] -> meas[1];
measure q[2] -> meas[2];
measure q[3] -> meas[3];