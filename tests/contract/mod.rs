//! Do the parts that must agree agree?

mod errors;
mod key_chart;
mod layers;
mod logs;
mod openapi;
mod template;
mod well_described;
