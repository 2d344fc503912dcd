//! kovacs-book
