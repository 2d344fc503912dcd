//! The plugin `libkovacs_model_@name@`: the model `@name@` behind the C interface.

kovacs_sdk::export_models!(@name@::@Type@);
