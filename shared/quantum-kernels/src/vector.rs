//! How is a state vector changed, measured and summed over?
