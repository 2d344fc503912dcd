//! The host against real libraries: compiled from C here, and those of the models of this project.

mod bits; // a plugin and the linked model give the same bits
mod derivatives; // derivatives and linear responses of a model in C
mod discovery; // which library a name leads to
mod panics; // a Rust model that panics harms nobody
mod refusals; // what the host says of a library that breaks a promise
mod running; // a model in C, correct and not
mod support;
