//! The plugin `libkovacs_model_linear`: the models `kww`, `fractional` and `prony` behind the C interface.

kovacs_sdk::export_models!(kovacs_linear::Kww, kovacs_linear::Fractional, kovacs_linear::Prony);
