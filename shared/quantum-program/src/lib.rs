//! What does a program that has been understood consist of?
