//! A design as a table for a terminal.

use super::{Design, Judgement, Observable};
use crate::estimate::rounded;
use std::fmt;

/// Lines that are shown of each observable.
const SHOWN: usize = 3;

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = &self.models;
        writeln!(f, "which test separates `{first}` from `{second}`: expected log ratio of their predictions")?;
        for observable in Observable::ALL {
            let own = self.ranked.iter().filter(|judged| judged.proposal.observable == observable);
            for judged in own.take(SHOWN) {
                writeln!(f, "  {}", line(judged))?;
            }
        }
        if self.stopped {
            writeln!(f, "stopped before the end: this is what was judged")?;
        }
        Ok(())
    }
}

fn line(judged: &Judgement) -> String {
    let proposal = &judged.proposal;
    let strains = match proposal.observable {
        Observable::Recovery => format!("eps1 = {}", proposal.eps1),
        _ => format!("eps1 = {}, eps2 = {}", proposal.eps1, proposal.eps2),
    };
    let what = proposal.observable.word();
    let test = format!("{what:11}  {strains}, t_w = {} s, {} K", proposal.t_w, proposal.temperature);
    let said = match (judged.expected, judged.predictions, &judged.reason) {
        (Some(expected), [Some(first), Some(second)], _) => {
            let decimals = format!("{expected:.1}");
            format!("{decimals} (predicted {} and {})", rounded(first), rounded(second))
        }
        (Some(expected), ..) => format!("{expected:.1}"),
        (None, _, reason) => reason.clone().unwrap_or_else(|| "nothing is expected".to_owned()),
    };
    format!("{test}: {said}")
}
