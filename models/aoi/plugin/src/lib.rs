//! The plugin `libkovacs_model_aoi`: the model `aoi` behind the C interface.

kovacs_sdk::export_models!(kovacs_aoi::Aoi);
