//! kovacs-aoi
