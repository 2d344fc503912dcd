//! What data say of a model: fits and predictions that see an [`Evaluator`](kovacs_core::model::Evaluator) and nothing
//! else.
//!
//! A loaded plugin, a linked model and a closure in a cell are the same thing here, so a fit never depends on how a
//! model came into the program. The first tool is [`superpose`]: the prediction of a later part of a measured history
//! from an earlier one by linear superposition, which every claim of memory has to beat. Linear viscoelasticity alone
//! already gives the hump after a step back, so the hump is no evidence of anything more; what superposition leaves
//! over is.

#![forbid(unsafe_code)]

mod activation;
pub mod bayes;
mod collapse;
pub mod compare;
mod critical_time;
pub mod design;
mod double_stretched;
mod error;
pub mod estimate;
mod few_unknowns;
pub mod findings;
mod holds;
mod least_squares;
mod line;
mod linear_test;
mod memory_kernel;
mod memory_spectroscopy;
mod modes;
mod non_negative;
mod parallel;
mod random;
mod reach;
mod recovery_line;
mod replicated_test;
mod stretched;
pub mod studies;
mod superposition;
mod uncertainty;

pub use activation::{
    ActivationEnergy, StretchedIsotherm, isoconversional_energy, parametric_energy, rate_energy, stretched_isotherms,
};
pub use collapse::{Collapse, CollapsePoint, collapse, scaled_stage};
pub use critical_time::{CriticalInterval, CriticalTime, critical_interval, critical_time};
pub use double_stretched::{
    Branch, DoubleKww, DoubleKwwFit, DoubleKwwOptions, FittedPeak, Identifiability, Initial, Profile, SharedExponents,
    fit_double_kww, fit_double_kww_many, fit_double_kww_series,
};
pub use error::FitError;
pub use holds::{Course, Direction, HoldPrediction};
pub use line::{Line, fit_line};
pub use linear_test::{
    BandPoint, CriticalJudgement, CriticalVerdict, Excess, LinearTest, LinearTestOptions, LinearVerdict, NullPoint,
    TwoStepRecord, apparent_critical_time, judge_critical_time, linear_null, linear_test,
};
pub use memory_kernel::{KernelPoint, MeasuredKernel, kernel_maximum, kovacs_exact_strain, measured_kernel};
pub use memory_spectroscopy::{MemoryPoint, MemorySpectrum, SpectrumPoint, memory_spectrum, sign_time};
pub use modes::fit_modes;
pub use non_negative::non_negative;
pub use reach::{Reach, ReachReport, superposition_reach};
pub use recovery_line::{PAPER_LINE, PeakLine, PeakLines, PeakSeries, peak_lines};
pub use replicated_test::{ReplicatedTest, join_linear_tests};
pub use stretched::{
    Plateau, RecoveryFits, StretchedFit, StretchedOptions, fit_recovery, fit_recovery_curve, fit_stretched,
    fit_stretched_with,
};
pub use superposition::{Mode, Superposition, relaxation_time_grid, superpose};
pub use uncertainty::{FittedValue, Uncertainty};
