//! Does a tableau do what all amplitudes would?

mod dense;
mod distributions;
mod gates;
mod matrices;
mod noise;
mod states;
mod widths;
