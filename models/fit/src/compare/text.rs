//! A comparison as a table for a terminal.

use super::{Comparison, Judged, ModelOutcome, RankedBy};
use std::fmt;

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["model", "left-out", "difference", "AICc", "BIC", "weight", "free"];
        let mut rows: Vec<[String; 7]> = vec![header.map(str::to_owned)];
        rows.extend(self.models.iter().map(|model| row(model, self.ranked_by)));
        let mut widths = [0; 7];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                let gap = " ".repeat(width - cell.chars().count());
                line += &if column == 0 { format!("{cell}{gap}") } else { format!("  {gap}{cell}") };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        if !self.tests.is_empty() {
            writeln!(
                f,
                "left-out: sum of log densities of {} tests, each predicted from the others",
                self.tests.len()
            )?;
        }
        for sentence in &self.words {
            writeln!(f, "{sentence}")?;
        }
        if self.stopped {
            writeln!(f, "stopped before the end: this is what was done")?;
        }
        Ok(())
    }
}

fn row(model: &Judged, ranked_by: RankedBy) -> [String; 7] {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
    let with_error = |value: Option<f64>, error: Option<f64>| match (value, error) {
        (Some(value), Some(error)) => format!("{value:.1} ± {error:.1}"),
        (value, _) => number(value),
    };
    let criteria = model.criteria();
    let free = match &model.outcome {
        ModelOutcome::Fitted { result } => result.free.len().to_string(),
        ModelOutcome::Failed { .. } => "no fit".to_owned(),
    };
    let difference = match ranked_by {
        RankedBy::LeftOutTests => with_error(model.difference, model.difference_error),
        RankedBy::Aicc => number(model.difference),
    };
    [
        model.name.clone(),
        with_error(model.left_out_sum, model.left_out_error),
        difference,
        number(criteria.and_then(|criteria| criteria.aicc)),
        number(criteria.map(|criteria| criteria.bic)),
        model.akaike_weight.map_or("-".to_owned(), |weight| format!("{weight:.3}")),
        free,
    ]
}
