//! The files of the studies, as parts of the program: an installed one has no sources beside it.

/// Name and text of each.
pub(super) const FILES: &[(&str, &str)] = &[
    ("linear-test", include_str!("../../studies/linear-test.json")),
];
