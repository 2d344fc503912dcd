//! The plugin `libkovacs_model_tnm`: Tool, Narayanaswamy and Moynihan's model and its kin behind the C interface.

kovacs_sdk::export_models!(kovacs_tnm::Tnm, kovacs_tnm::Kahr, kovacs_tnm::TnmStrain);
