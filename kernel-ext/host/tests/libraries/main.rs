//! The host against real libraries: compiled from C here, and those of the models of this project.

mod approval; // what the user has agreed to run, and locks
mod bad_input; // input at the edge of sense, given to every shipped model
mod bits; // a plugin and the linked model give the same bits
mod derivatives; // derivatives and linear responses of a model in C
mod discovery; // which library a name leads to
mod isolation; // a model in a process of its own
mod manifests; // what is known of a library without running it
mod panics; // a Rust model that panics harms nobody
mod refusals; // what the host says of a library that breaks a promise
mod reload; // a rebuilt library takes the place of the old one
mod running; // a model in C, correct and not
mod support;
