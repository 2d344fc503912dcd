//! kovacs-session
