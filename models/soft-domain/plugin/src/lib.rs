//! The plugin `libkovacs_model_soft_domain`: both models of soft-domain percolation behind the C interface.

kovacs_sdk::export_models!(kovacs_soft_domain::SoftDomain, kovacs_soft_domain::SoftDomainLattice);
