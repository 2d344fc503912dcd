//! The plugin `libkovacs_model_soft_domain`: soft-domain percolation in mean field behind the C interface.

kovacs_sdk::export_models!(kovacs_soft_domain::SoftDomain);
