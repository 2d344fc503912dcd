//! The three glasses of the paper and the two-step tests it reports for them.
//!
//! Ids name data packages and parameter sets alike. Strains, waiting times and temperatures are as printed in Tong et
//! al., Nat. Commun. 14 (2023), doi 10.1038/s41467-023-44187-x.

use crate::two_step::TwoStep;

/// A glass and the test of its Fig. 1c.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glass {
    /// Id of the data package and of the parameter sets.
    pub id: &'static str,
    /// Composition, as printed.
    pub label: &'static str,
    /// Temperature of the test, K.
    pub temperature: f64,
    /// Strain of the first stage (1).
    pub eps1: f64,
    /// Strain of the second stage (1).
    pub eps2: f64,
    /// Waiting time, s.
    pub t_w: f64,
}

impl Glass {
    /// The test of Fig. 1c with exact steps and no dead time.
    pub fn two_step(&self) -> TwoStep {
        TwoStep::new(self.eps1, self.eps2, self.t_w, self.temperature)
    }
}

/// The three glasses, in the order of the paper.
pub const GLASSES: [Glass; 3] = [
    Glass {
        id: "ti-zr-hf-cu-ni-be",
        label: "Ti16.7Zr16.7Hf16.7Cu16.7Ni16.7Be16.7",
        temperature: 593.0,
        eps1: 0.005,
        eps2: 0.003,
        t_w: 900.0,
    },
    Glass { id: "fe-zr-b", label: "(Fe11Zr1)91.2B8.8", temperature: 597.0, eps1: 0.004, eps2: 0.002, t_w: 1800.0 },
    Glass { id: "pvc", label: "PVC", temperature: 318.0, eps1: 0.005, eps2: 0.003, t_w: 300.0 },
];

/// The glass with this id.
pub fn glass(id: &str) -> Option<&'static Glass> {
    GLASSES.iter().find(|glass| glass.id == id)
}
