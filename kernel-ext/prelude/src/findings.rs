//! The findings of the paper judged on a model, as a cell sees them: the table of `kovacs findings` for one model and one
//! glass, with the numbers that each verdict rests on.

use crate::error::{Error, Result};
use crate::sheet::Sheet;
use crate::wire::{Reader, WireError};

/// One finding of the paper, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its id: `critical_waiting_time`.
    pub id: String,
    /// In words.
    pub statement: String,
    /// `yes`, `partly`, `no`, `depends` or `not run`.
    pub verdict: String,
    /// Why, in one line with numbers.
    pub reason: String,
    /// What it rests on.
    pub numbers: Vec<FindingNumbers>,
}

/// Numbers that a verdict rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingNumbers {
    /// What they are.
    pub what: String,
    /// UCUM code of the unit.
    pub unit: String,
    /// The values; `None` where there is none, such as the time of a hump that is not there.
    pub values: Vec<Option<f64>>,
}

impl Finding {
    /// Whether the model reproduces it.
    pub fn is_reproduced(&self) -> bool {
        self.verdict == "yes"
    }

    /// The numbers of this name.
    ///
    /// # Errors
    /// The verdict does not rest on such numbers; the message names those it rests on.
    pub fn values(&self, what: &str) -> Result<Vec<Option<f64>>> {
        self.numbers.iter().find(|numbers| numbers.what == what).map(|numbers| numbers.values.clone()).ok_or_else(
            || {
                let known: Vec<&str> = self.numbers.iter().map(|numbers| numbers.what.as_str()).collect();
                Error::new("NoSuchNumbers", format!("finding `{}` has no numbers `{what}`", self.id))
                    .with_remedy(format!("it has: {}", known.join("; ")))
            },
        )
    }
}

/// All findings for one model and one glass, in the order of the table; shows itself as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// The model.
    pub model: String,
    /// The glass.
    pub glass: String,
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Findings {
    pub(crate) fn read(model: String, glass: String, answer: &[u8]) -> Result<Findings, WireError> {
        let findings = Reader::new(answer).sequence(|reader| {
            Ok(Finding {
                id: reader.text()?,
                statement: reader.text()?,
                verdict: reader.text()?,
                reason: reader.text()?,
                numbers: reader.sequence(|reader| {
                    Ok(FindingNumbers {
                        what: reader.text()?,
                        unit: reader.text()?,
                        values: reader.sequence(|reader| reader.option(Reader::f64))?,
                    })
                })?,
            })
        })?;
        Ok(Findings { model, glass, findings })
    }

    /// The finding with this id.
    ///
    /// # Errors
    /// There is none; the message names those that there are.
    pub fn get(&self, id: &str) -> Result<&Finding> {
        self.findings.iter().find(|finding| finding.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.findings.iter().map(|finding| finding.id.as_str()).collect();
            Error::new("NoSuchFinding", format!("there is no finding `{id}`"))
                .with_remedy(format!("there are: {}", known.join(", ")))
        })
    }

    /// Shows the findings as the value of a cell.
    pub fn evcxr_display(&self) {
        let title = format!("findings of the paper: {}, {}", self.model, self.glass);
        let sheet = self.findings.iter().fold(Sheet::new(title, ["finding", "verdict", "why"]), |sheet, finding| {
            sheet.row([finding.statement.clone(), finding.verdict.clone(), finding.reason.clone()])
        });
        sheet.evcxr_display();
    }
}
