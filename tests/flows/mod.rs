//! What becomes of a job when messages, answers and processes are late, doubled or lost.

mod cancelling;
mod closing;
mod crowds;
mod lost_answers;
mod meanwhile;
mod no_task;
mod poison;
mod quantum_task;
mod races;
mod redrive;
mod scene;
mod simulation;
mod two_years;
