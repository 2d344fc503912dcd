//! What a notebook cell names.
//!
//! Owned types whose methods do their heavy work in the process that loaded the cell, over one narrow C seam: cells
//! compile against a small crate, while data sets, plugins, figures and thread pools exist once. The same types serve
//! an ordinary Rust program that links the engine (`kovacs_cell::attach`).

#![deny(unsafe_code)]

pub mod catalogue;
pub mod claim;
pub mod codec;
pub mod dataset;
pub mod display;
mod error;
pub mod estimate;
pub mod experiment;
pub mod figure;
pub mod findings;
pub mod fit;
#[allow(unsafe_code)]
pub mod foreign;
pub mod input;
pub mod inspect;
pub mod model;
pub mod observe;
pub mod progress;
pub mod published;
pub mod query;
pub mod reload;
pub mod rt;
#[allow(unsafe_code)]
pub mod seam;
pub mod sheet;
pub mod structure;
pub mod thermal;
pub mod values;
pub mod variables;
pub mod wire;

pub use error::{Error, Result};
pub use input::{input, password};
pub use kovacs_core as core;
pub use progress::progress;
pub use query::query;

/// Everything a notebook needs: `use kovacs::prelude::*;`.
pub mod prelude {
    pub use crate::claim::{Claim, Status, Test, skip_notebook};
    pub use crate::dataset::{Dataset, Hold, Table};
    pub use crate::display::{Bundle, DisplayHandle, EvcxrDisplay, clear_output};
    pub use crate::estimate::{
        Candidate, CompareOptions, Comparison, Design, DesignOptions, FitOptions, Fitted, LinearTestOptions, Loss,
        Measured, Posterior, PosteriorOptions, Tests, compare, compare_with, design, design_with, fit, fit_with,
        linear_test, linear_test_with, posterior, posterior_with,
    };
    pub use crate::experiment::{HoldPrediction, Superposition, read_protocol, superpose};
    pub use crate::figure::{Colour, Dash, Draw, Figure, Interval, Marker, Panel, Series, Style};
    pub use crate::findings::{Finding, Findings};
    pub use crate::fit::{
        ActivationEnergies, CriticalTime, DoubleKwwFit, Line, StretchedFit, activation_energies, critical_time,
        fit_double_kww, fit_line, fit_recovery, fit_stretched,
    };
    pub use crate::model::Model;
    pub use crate::observe::{Observations, Observed};
    pub use crate::published::publish;
    pub use crate::query::{Groups, query};
    pub use crate::reload::Reload;
    pub use crate::seam::interrupted;
    pub use crate::sheet::Sheet;
    pub use crate::structure::{
        Abscissa, FirstPeak, Normalisation, PairDistribution, PairWeight, Pattern, StructureFactor, SubPeaks,
        pair_weights,
    };
    pub use crate::thermal::ThermalMemory;
    pub use crate::values::ShowObservable;
    pub use kovacs_core::closure::prelude::*;
    pub use kovacs_core::glasses::{GLASSES, Glass};
    pub use kovacs_core::sampled_hump::Verdict;
    pub use kovacs_core::thermal_kovacs::{Lasts, ThermalKovacs};
    pub use kovacs_core::{Hump, Recovery, RecoveryTest, Relaxation, SampledHump, SecondStage};
}
