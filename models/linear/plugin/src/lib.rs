//! The plugin `libkovacs_model_linear`: the models `kww`, `double_kww`, `fractional`, `prony` and `kelvin` behind the C
//! interface.

kovacs_sdk::export_models!(
    kovacs_linear::Kww,
    kovacs_linear::DoubleKww,
    kovacs_linear::Fractional,
    kovacs_linear::Prony,
    kovacs_linear::Kelvin
);
