//! kovacs-host
