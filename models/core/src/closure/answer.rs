//! What a model's function returns: the stress, or several named columns.

use crate::model::{Experiment, Quantity};
use crate::refusal::Refusal;

/// Columns of a result, each with one value per output time.
///
/// A list of numbers is the stress: `Ok(stress.into())`, or `Ok(times.map(..).collect())`. Several columns have names:
/// `Ok([("stress", stress), ("fictive_temperature", kelvin)].into())`. `strain` need not be given where it is
/// prescribed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    columns: Vec<(String, Vec<f64>)>,
}

impl Answer {
    /// Adds the column of an output, in its unit.
    pub fn column(mut self, output: &str, values: Vec<f64>) -> Self {
        self.columns.push((output.to_owned(), values));
        self
    }

    /// The columns that there are, in the order in which they were given.
    pub fn columns(&self) -> &[(String, Vec<f64>)] {
        &self.columns
    }

    /// Writes the column of one of a model's outputs, which has a value for every time of the experiment.
    ///
    /// # Errors
    /// The function is at fault: a column is missing, has another length, or is none of the outputs.
    pub fn fill(
        &self,
        outputs: &[Quantity],
        output: &Quantity,
        experiment: &Experiment,
        column: &mut [f64],
    ) -> Result<(), Refusal> {
        let list = |ids: Vec<&str>| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        if let Some((stray, _)) = self.columns.iter().find(|(id, _)| outputs.iter().all(|output| output.id != *id)) {
            let known = list(outputs.iter().map(|output| output.id.as_str()).collect());
            return Err(Refusal::broken(format!(
                "it returned a column `{stray}`, which is none of its outputs {known}; add it to the definition with \
                 `.output(..)`"
            )));
        }
        match self.columns.iter().find(|(id, _)| *id == output.id) {
            Some((_, values)) if values.len() == column.len() => column.copy_from_slice(values),
            Some((id, values)) => {
                let (found, expected) = (values.len(), column.len());
                return Err(Refusal::broken(format!("it returned {found} values of `{id}` for {expected} times")));
            }
            None if output.id == "strain" && experiment.is_strain_controlled() => {
                column.iter_mut().enumerate().for_each(|(index, strain)| *strain = experiment.drive_at(index));
            }
            None => {
                let given = list(self.columns.iter().map(|(id, _)| id.as_str()).collect());
                let given = if given.is_empty() { "no column at all".to_owned() } else { format!("only {given}") };
                return Err(Refusal::broken(format!("`{}` is wanted, and it returned {given}", output.id)));
            }
        }
        Ok(())
    }
}

/// The stress, MPa.
impl From<Vec<f64>> for Answer {
    fn from(stress: Vec<f64>) -> Self {
        Answer::default().column("stress", stress)
    }
}

/// The stress, MPa.
impl FromIterator<f64> for Answer {
    fn from_iter<I: IntoIterator<Item = f64>>(stress: I) -> Self {
        Vec::from_iter(stress).into()
    }
}

/// Columns by the id of the output.
impl<const N: usize> From<[(&str, Vec<f64>); N]> for Answer {
    fn from(columns: [(&str, Vec<f64>); N]) -> Self {
        columns.into_iter().fold(Answer::default(), |answer, (output, values)| answer.column(output, values))
    }
}
