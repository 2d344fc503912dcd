//! kovacs-abi
