//! kovacs-linear-plugin
