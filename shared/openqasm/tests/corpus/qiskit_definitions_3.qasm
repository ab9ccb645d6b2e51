OPENQASM 3.0;
include "stdgates.inc";
gate QFT _gate_q_0, _gate_q_1, _gate_q_2 {
  h _gate_q_2;
  cp(pi/2) _gate_q_2, _gate_q_1;
  cp(pi/4) _gate_q_2, _gate_q_0;
  h _gate_q_1;
  cp(pi/2) _gate_q_1, _gate_q_0;
  h _gate_q_0;
  swap _gate_q_0, _gate_q_2;
}
gate QFT_0 _gate_q_0, _gate_q_1, _gate_q_2 {
  QFT _gate_q_0, _gate_q_1, _gate_q_2;
}
gate mcphase(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(-pi/4) _gate_q_0, _gate_q_1;
}
gate mcphase_0(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(pi/4) _gate_q_0, _gate_q_1;
}
gate mcphase_1(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(-pi/8) _gate_q_0, _gate_q_1;
}
gate mcphase_2(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(pi/8) _gate_q_0, _gate_q_1;
}
gate mcphase_3(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(-pi/8) _gate_q_0, _gate_q_1;
}
gate mcphase_4(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(pi/4) _gate_q_0, _gate_q_1;
}
gate cIQFT _gate_q_0, _gate_q_1, _gate_q_2, _gate_q_3 {
  mcphase(-pi/4) _gate_q_0, _gate_q_2;
  ccx _gate_q_0, _gate_q_1, _gate_q_3;
  ccx _gate_q_0, _gate_q_3, _gate_q_1;
  ccx _gate_q_0, _gate_q_1, _gate_q_3;
  s _gate_q_1;
  h _gate_q_1;
  t _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  tdg _gate_q_1;
  h _gate_q_1;
  sdg _gate_q_1;
  ccx _gate_q_0, _gate_q_2, _gate_q_1;
  mcphase_0(pi/4) _gate_q_0, _gate_q_1;
  ccx _gate_q_0, _gate_q_2, _gate_q_1;
  mcphase(-pi/4) _gate_q_0, _gate_q_1;
  s _gate_q_2;
  h _gate_q_2;
  t _gate_q_2;
  cx _gate_q_0, _gate_q_2;
  tdg _gate_q_2;
  h _gate_q_2;
  sdg _gate_q_2;
  mcphase_1(-pi/8) _gate_q_0, _gate_q_3;
  ccx _gate_q_0, _gate_q_3, _gate_q_1;
  mcphase_2(pi/8) _gate_q_0, _gate_q_1;
  ccx _gate_q_0, _gate_q_3, _gate_q_1;
  mcphase_3(-pi/8) _gate_q_0, _gate_q_1;
  mcphase(-pi/4) _gate_q_0, _gate_q_3;
  ccx _gate_q_0, _gate_q_3, _gate_q_2;
  mcphase_4(pi/4) _gate_q_0, _gate_q_2;
  ccx _gate_q_0, _gate_q_3, _gate_q_2;
  mcphase(-pi/4) _gate_q_0, _gate_q_2;
  s _gate_q_3;
  h _gate_q_3;
  t _gate_q_3;
  cx _gate_q_0, _gate_q_3;
  tdg _gate_q_3;
  h _gate_q_3;
  sdg _gate_q_3;
}
bit[4] meas;
qubit[4] q;
QFT_0 q[0], q[1], q[2];
cIQFT q[3], q[0], q[1], q[2];
barrier q[0], q[1], q[2], q[3];
meas[0] = measure q[0];
meas[1] = measure q[1];
meas[2] = measure q[2];
meas[3] = measure q[3];
