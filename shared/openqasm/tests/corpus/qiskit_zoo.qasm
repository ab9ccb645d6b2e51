OPENQASM 2.0;
include "qelib1.inc";
gate r(param0,param1) q0 { u(param0,-pi/2 + param1,pi/2 - param1) q0; }
gate cs q0,q1 { t q0; cx q0,q1; tdg q1; cx q0,q1; t q1; }
gate csdg q0,q1 { tdg q0; cx q0,q1; t q1; cx q0,q1; tdg q1; }
gate iswap q0,q1 { s q0; s q1; h q0; cx q0,q1; cx q1,q0; h q1; }
gate ecr q0,q1 { s q0; sx q1; cx q0,q1; x q0; }
gate dcx q0,q1 { cx q0,q1; cx q1,q0; }
gate ryy(param0) q0,q1 { sxdg q0; sxdg q1; cx q0,q1; rz(param0) q1; cx q0,q1; sx q0; sx q1; }
gate rzx(param0) q0,q1 { h q1; cx q0,q1; rz(param0) q1; cx q0,q1; h q1; }
gate ccz q0,q1,q2 { h q2; ccx q0,q1,q2; h q2; }
gate rcccx q0,q1,q2,q3 { h q3; t q3; cx q2,q3; tdg q3; h q3; cx q0,q3; t q3; cx q1,q3; tdg q3; cx q0,q3; t q3; cx q1,q3; tdg q3; h q3; t q3; cx q2,q3; tdg q3; h q3; }
gate mcx q0,q1,q2,q3 { h q3; p(pi/8) q0; p(pi/8) q1; p(pi/8) q2; p(pi/8) q3; cx q0,q1; p(-pi/8) q1; cx q0,q1; cx q1,q2; p(-pi/8) q2; cx q0,q2; p(pi/8) q2; cx q1,q2; p(-pi/8) q2; cx q0,q2; cx q2,q3; p(-pi/8) q3; cx q1,q3; p(pi/8) q3; cx q2,q3; p(-pi/8) q3; cx q0,q3; p(pi/8) q3; cx q2,q3; p(-pi/8) q3; cx q1,q3; p(pi/8) q3; cx q2,q3; p(-pi/8) q3; cx q0,q3; h q3; }
gate mcx_140550132782096 q0,q1,q2,q3,q4 { h q4; cp(pi/2) q3,q4; h q4; h q3; t q3; cx q2,q3; tdg q3; h q3; cx q0,q3; t q3; cx q1,q3; tdg q3; cx q0,q3; t q3; cx q1,q3; tdg q3; h q3; t q3; cx q2,q3; tdg q3; h q3; h q4; cp(-pi/2) q3,q4; h q4; h q3; t q3; cx q2,q3; tdg q3; h q3; t q3; cx q1,q3; tdg q3; cx q0,q3; t q3; cx q1,q3; tdg q3; cx q0,q3; h q3; t q3; cx q2,q3; tdg q3; h q3; h q4; cp(pi/8) q0,q4; h q4; cx q0,q1; h q4; cp(-pi/8) q1,q4; h q4; cx q0,q1; h q4; cp(pi/8) q1,q4; h q4; cx q1,q2; h q4; cp(-pi/8) q2,q4; h q4; cx q0,q2; h q4; cp(pi/8) q2,q4; h q4; cx q1,q2; h q4; cp(-pi/8) q2,q4; h q4; cx q0,q2; h q4; cp(pi/8) q2,q4; h q4; }
gate mcphase(param0) q0,q1,q2 { cx q0,q2; rz(-0.075) q2; cx q1,q2; rz(0.075) q2; cx q0,q2; rz(-0.075) q2; cx q1,q2; rz(0.075) q2; crz(0.15) q0,q1; p(0.075) q0; }
gate xx_plus_yy(param0,param1) q0,q1 { rz(param1) q0; sdg q1; sx q1; s q1; s q0; cx q1,q0; ry((-0.5)*param0) q1; ry((-0.5)*param0) q0; cx q1,q0; sdg q0; sdg q1; sxdg q1; s q1; rz(-param1) q0; }
qreg q[5];
creg c[5];
h q[0];
x q[1];
y q[2];
z q[3];
s q[0];
sdg q[1];
t q[2];
tdg q[3];
sx q[4];
sxdg q[0];
id q[1];
rx(0.1) q[0];
ry(0.2) q[1];
rz(pi/3) q[2];
p(0.4) q[3];
u(0.1,0.2,0.3) q[4];
r(0.1,0.2) q[0];
cx q[0],q[1];
cy q[1],q[2];
cz q[2],q[3];
ch q[3],q[4];
cp(0.3) q[0],q[2];
crx(0.1) q[1],q[3];
cry(0.2) q[2],q[4];
crz(0.3) q[0],q[4];
cu(0.1,0.2,0.3,0.4) q[1],q[4];
csx q[0],q[3];
cs q[1],q[2];
csdg q[2],q[3];
swap q[0],q[1];
iswap q[1],q[2];
ecr q[2],q[3];
dcx q[3],q[4];
rxx(0.1) q[0],q[1];
ryy(0.2) q[1],q[2];
rzz(0.3) q[2],q[3];
rzx(0.4) q[3],q[4];
ccx q[0],q[1],q[2];
ccz q[1],q[2],q[3];
cswap q[2],q[3],q[4];
rccx q[0],q[1],q[2];
rcccx q[0],q[1],q[2],q[3];
c3sqrtx q[1],q[2],q[3],q[4];
mcx q[0],q[1],q[2],q[3];
mcx_140550132782096 q[0],q[1],q[2],q[3],q[4];
mcphase(0.3) q[0],q[1],q[2];
xx_plus_yy(0.1,0.2) q[0],q[1];
barrier q[0],q[1],q[2],q[3],q[4];
measure q[0] -> c[0];
measure q[1] -> c[1];
measure q[2] -> c[2];
measure q[3] -> c[3];
measure q[4] -> c[4];