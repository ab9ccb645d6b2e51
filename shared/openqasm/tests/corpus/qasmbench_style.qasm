// Repetition code syndrome measurement
OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
qreg a[2];
creg c[3];
creg syn[2];
gate syndrome d1,d2,d3,a1,a2
{
  cx d1,a1; cx d2,a1;
  cx d2,a2; cx d3,a2;
}
opaque magic(a,b) x,y;
x q[0]; // error
barrier q;
syndrome q[0],q[1],q[2],a[0],a[1];
measure a -> syn;
if(syn==1) x q[0];
if(syn==2) x q[2];
if(syn==3) x q[1];
u3(-pi/2.0,pi*0.25+1.0e-3,sin(pi/8)^2) q[1];
U(0,0,-pi/4) q[2];
CX q[0],q[1];
h a;
reset a[0];
id q[0];
measure q -> c;
