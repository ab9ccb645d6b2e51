//! Are counts, verdicts and prices what they have to be?

mod anything;
mod chances;
mod classes;
mod counts;
mod devices;
mod documents;
mod prices;
mod programs;
mod properties;
mod simulations;
mod tables;
mod windows;
