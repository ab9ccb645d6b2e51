//! Whether the stand-ins behave as the services they stand in for, where we build on it.

mod dynamodb;
