//! How large is a program, and does a device run it, at what price and chance?
