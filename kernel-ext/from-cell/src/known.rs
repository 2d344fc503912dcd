//! Names that need not be carried, and names that cannot be.

/// What `kovacs_core::closure::prelude` has: in a cell and in a crate alike.
pub(crate) const OF_CLOSURES: [&str; 18] = [
    "Answer",
    "BOLTZMANN",
    "Control",
    "Curve",
    "Definition",
    "Experiment",
    "History",
    "Moduli",
    "Origin",
    "Parameters",
    "Preset",
    "PresetOrigin",
    "Protocol",
    "Quantity",
    "Refusal",
    "RelaxationFunction",
    "StrainTest",
    "TwoStep",
];

/// Functions there.
pub(crate) const FUNCTIONS_OF_CLOSURES: [&str; 1] = ["log_spaced"];

/// What every Rust program sees.
const OF_RUST: &str = "bool char str f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize \
    Option Some None Result Ok Err Vec String Box ToString ToOwned Clone Copy Send Sync Sized Drop Fn FnMut FnOnce \
    Iterator IntoIterator DoubleEndedIterator ExactSizeIterator Extend FromIterator From Into TryFrom TryInto AsRef \
    AsMut Default PartialEq PartialOrd Eq Ord drop \
    vec format print println eprint eprintln panic assert assert_eq assert_ne debug_assert debug_assert_eq matches \
    unreachable todo unimplemented write writeln dbg \
    Debug Hash derive allow expect inline must_use doc cfg test self Self";

/// Roots of paths that every Rust program has.
const ROOTS: [&str; 3] = ["std", "core", "alloc"];

/// Parts of the standard library through which a program reaches outside itself.
const OUTSIDE: [&str; 6] = ["env", "fs", "io", "net", "process", "time"];

/// The other names of `kovacs::prelude`.
pub(crate) const OF_NOTEBOOKS: [&str; 92] = [
    "Abscissa",
    "ActivationEnergies",
    "Bundle",
    "Candidate",
    "Claim",
    "Colour",
    "CompareOptions",
    "Comparison",
    "CriticalTime",
    "Dash",
    "Dataset",
    "Design",
    "DesignOptions",
    "DisplayHandle",
    "DoubleKwwFit",
    "Draw",
    "EvcxrDisplay",
    "Figure",
    "Finding",
    "Findings",
    "FirstPeak",
    "FitOptions",
    "Fitted",
    "GLASSES",
    "Glass",
    "Groups",
    "Hold",
    "HoldPrediction",
    "Hump",
    "Interval",
    "Lasts",
    "Line",
    "LinearTestOptions",
    "Loss",
    "Marker",
    "Measured",
    "Model",
    "Normalisation",
    "Observations",
    "Observed",
    "PairDistribution",
    "PairWeight",
    "Panel",
    "Pattern",
    "Posterior",
    "PosteriorOptions",
    "Recovery",
    "RecoveryTest",
    "Relaxation",
    "Reload",
    "SampledHump",
    "SecondStage",
    "Series",
    "Sheet",
    "ShowObservable",
    "Status",
    "StretchedFit",
    "StructureFactor",
    "Style",
    "SubPeaks",
    "Superposition",
    "Table",
    "Test",
    "Tests",
    "ThermalKovacs",
    "ThermalMemory",
    "Verdict",
    "activation_energies",
    "clear_output",
    "compare",
    "compare_with",
    "critical_time",
    "design",
    "design_with",
    "fit",
    "fit_double_kww",
    "fit_line",
    "fit_recovery",
    "fit_stretched",
    "fit_with",
    "interrupted",
    "kovacs",
    "linear_test",
    "linear_test_with",
    "pair_weights",
    "posterior",
    "posterior_with",
    "publish",
    "query",
    "read_protocol",
    "skip_notebook",
    "superpose",
];

/// Whether a crate has this name without anything being carried.
pub(crate) fn everywhere(name: &str) -> bool {
    OF_RUST.split_whitespace().any(|known| known == name)
        || ROOTS.contains(&name)
        || OF_CLOSURES.contains(&name)
        || FUNCTIONS_OF_CLOSURES.contains(&name)
}

/// Whether a path leads out of the program, as `std::fs::read` does.
pub(crate) fn leads_outside(segments: &[String]) -> bool {
    matches!(segments, [root, part, ..] if ROOTS.contains(&root.as_str()) && OUTSIDE.contains(&part.as_str()))
}

/// Whether a path begins in the standard library.
pub(crate) fn is_standard(root: &str) -> bool {
    ROOTS.contains(&root)
}
