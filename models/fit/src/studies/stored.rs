//! The files of the studies, as parts of the program: an installed one has no sources beside it.

/// Name and text of each.
pub(super) const FILES: &[(&str, &str)] = &[
    ("coverage-kww", include_str!("../../studies/coverage-kww.json")),
    ("coverage-prony", include_str!("../../studies/coverage-prony.json")),
    ("coverage-kelvin", include_str!("../../studies/coverage-kelvin.json")),
    ("coverage-fractional", include_str!("../../studies/coverage-fractional.json")),
    ("coverage-double-kww", include_str!("../../studies/coverage-double-kww.json")),
    ("coverage-aoi", include_str!("../../studies/coverage-aoi.json")),
    ("coverage-tnm-strain", include_str!("../../studies/coverage-tnm-strain.json")),
    ("coverage-soft-domain", include_str!("../../studies/coverage-soft-domain.json")),
    ("coverage-stz", include_str!("../../studies/coverage-stz.json")),
    ("confusion", include_str!("../../studies/confusion.json")),
    ("linear-test", include_str!("../../studies/linear-test.json")),
];
