//! A two-step test on the command line: the options that every command with such a test has.

use crate::quantities;
use clap::Args;

/// Strains, waiting time, temperature and ramp of a two-step test; what is not given is `None`.
#[derive(Args)]
pub struct TestOptions {
    /// Strain of the first stage
    #[arg(long, value_name = "STRAIN", value_parser = quantities::strain, allow_hyphen_values = true)]
    pub eps1: Option<f64>,
    /// Strain of the second stage
    #[arg(long, value_name = "STRAIN", value_parser = quantities::strain, allow_hyphen_values = true)]
    pub eps2: Option<f64>,
    /// Waiting time in the first stage
    #[arg(long, value_name = "TIME", value_parser = quantities::time)]
    pub t_w: Option<f64>,
    /// Temperature
    #[arg(long, value_name = "TEMPERATURE", value_parser = quantities::temperature)]
    pub temperature: Option<f64>,
    /// Duration of the loading ramp; unloading has the same rate [default: exact steps]
    #[arg(long, value_name = "TIME", value_parser = quantities::time)]
    pub ramp: Option<f64>,
}
