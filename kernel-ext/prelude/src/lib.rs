//! kovacs
