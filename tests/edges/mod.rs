//! What each edge makes of what its service may answer, and of no answer at all.

mod braket;
mod cognito;
mod environment;
mod federation;
mod mail;
mod queues;
mod s3;
mod secrets;
mod table;
