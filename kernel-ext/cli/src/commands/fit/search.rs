//! How a fit searches: the options that every command with fits has.

use clap::Args;
use kovacs_fit::estimate::FitOptions;
use std::num::NonZeroUsize;

/// Starts, their seed, threads.
#[derive(Args)]
pub struct SearchOptions {
    /// Number of starts
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    starts: u16,
    /// Seed of the random numbers: the same seed gives the same bits
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads [default: one per processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

impl SearchOptions {
    /// The options of a fit by least squares.
    pub fn fit(&self) -> FitOptions {
        let (starts, seed) = (usize::from(self.starts), self.seed);
        FitOptions { starts, seed, threads: self.threads(), ..FitOptions::default() }
    }

    /// One thread per processor, unless somebody says otherwise.
    pub fn threads(&self) -> NonZeroUsize {
        let asked = self.threads.and_then(|threads| NonZeroUsize::new(usize::from(threads)));
        asked.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
    }
}
