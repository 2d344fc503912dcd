//! kovacs-aoi-plugin
