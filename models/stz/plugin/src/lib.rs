//! The plugin `libkovacs_model_stz`: the model `stz` behind the C interface.

kovacs_sdk::export_models!(kovacs_stz::Stz);
