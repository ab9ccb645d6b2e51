mod circuits;
mod histograms;
#[path = "../../quantum-analysis/src/tests/programs.rs"]
mod programs;
mod texts;
