//! Do values, channels and the flat form keep their promises?

mod bound;
mod built;
mod channels;
mod values;
