//! kovacs-cell
