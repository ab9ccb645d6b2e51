//! How is a program or a result drawn?
//!
//! Pictures are SVG that stands by itself: no scripts, nothing loaded from elsewhere, colours for light and dark
//! surroundings, and everything from outside escaped. Their size is bounded, whatever the program: what is left out is
//! counted in a line under the picture.

mod angles;
mod canvas;
mod circuit_svg;
mod diagram;
mod expressions;
mod histogram;
mod histogram_svg;
mod layout;
mod limits;
mod symbols;
mod terminal;
mod text;

#[cfg(test)]
mod tests;

pub use circuit_svg::{bound_circuit_svg, circuit_svg};
pub use histogram::{Histogram, Order, Row};
pub use histogram_svg::histogram_svg;
pub use limits::*;
pub use terminal::histogram_text;
