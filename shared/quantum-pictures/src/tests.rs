//! Do pictures show what they are of, and nothing else?

#[path = "../../quantum-analysis/src/tests/anything.rs"]
mod anything;
mod circuits;
mod histograms;
#[path = "../../quantum-analysis/src/tests/programs.rs"]
mod programs;
mod texts;
