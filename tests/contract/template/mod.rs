//! Do template, code and API description agree?

mod calls;
mod dead_letters;
mod document;
mod doors;
mod expanded;
mod mentions;
mod names;
mod needs;
mod operations;
mod permissions;
mod public;
mod queues;
mod routes;
mod samples;
mod sources;
mod tests;
mod tokens;
mod variables;
