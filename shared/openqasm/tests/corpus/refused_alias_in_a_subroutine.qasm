// by an alias a subroutine changed bits outside of itself
OPENQASM 3.0;
qubit q;
bit[2] c;
def f() { let d = c[0:1]; d = "01"; }
f();
c[0] = measure q;
