//! kovacs-sdk
