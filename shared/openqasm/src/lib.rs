//! What does OpenQASM source text mean, and how is a program written as text?
