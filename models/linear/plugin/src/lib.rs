//! The plugin `libkovacs_model_linear`: the models `kww` and `prony` behind the C interface.

kovacs_sdk::export_models!(kovacs_linear::Kww, kovacs_linear::Prony);
