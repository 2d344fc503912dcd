//! kovacs-datasets
