//! kovacs-runner
