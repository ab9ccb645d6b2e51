//! Do the parts that must agree agree?

mod openapi;
mod well_described;
