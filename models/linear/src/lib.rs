//! kovacs-linear
