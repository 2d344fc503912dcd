//! Parameters of notebooks on the command line: given, refused with a list, listed.

use crate::failure::Failure;
use crate::output::aligned;
use kovacs_runner::{Notebook, Parameter, ParameterError};
use std::path::Path;

/// `NAME=VALUE` as two texts.
///
/// # Errors
/// A sentence for the user: there is no `=`, or no name before it.
pub fn given(text: &str) -> Result<(String, String), String> {
    match text.split_once('=').map(|(name, value)| (name.trim(), value)) {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.trim().to_owned())),
        _ => Err(format!("`{text}` is not of the form NAME=VALUE, for example `t_w=15min`")),
    }
}

/// Refuses values that a notebook does not take, with the list of those it takes. One that cannot be read is for the run
/// to name.
///
/// # Errors
/// A usage failure.
pub fn check(path: &Path, values: &[(String, String)]) -> Result<(), Failure> {
    let Ok(mut notebook) = Notebook::read(path) else { return Ok(()) };
    let listed = notebook.parameters().unwrap_or_default();
    notebook.set_parameters(values).map_err(|error| refused(path, &error, &listed))
}

fn refused(path: &Path, error: &ParameterError, parameters: &[Parameter]) -> Failure {
    let failure = Failure::usage(format!("`{}`: {error}", path.display()));
    match (error, parameters.is_empty()) {
        (ParameterError::NotRust { .. }, _) => failure,
        (_, true) => failure.remedy("the notebook has no parameters: tag a cell of `let` lines with `parameters`"),
        _ => failure.remedy(format!("it takes these:\n{}", table(parameters))),
    }
}

/// A line for each parameter.
pub fn table(parameters: &[Parameter]) -> String {
    let mut rows = vec![["name", "type", "default", "unit", "cell", ""].map(str::to_owned).to_vec()];
    rows.extend(parameters.iter().map(|parameter| {
        let mut about = parameter.about.clone();
        if !parameter.choices.is_empty() {
            let one_of = format!("one of {}", parameter.choices.join(", "));
            about = if about.is_empty() { one_of } else { format!("{about}: {one_of}") };
        }
        let Parameter { name, type_name, default, unit, cell, .. } = parameter;
        vec![name.clone(), type_name.clone(), default.clone(), unit.clone(), cell.to_string(), about]
    }));
    aligned("  ", &rows)
}

/// The parameters of notebooks, as text.
pub fn listing(notebooks: &[(&Path, Vec<Parameter>)]) -> String {
    let mut text = String::new();
    for (path, parameters) in notebooks {
        let name = path.display();
        text.push_str(&match parameters.is_empty() {
            true => format!("{name}: no parameters\n"),
            false => format!("{name}:\n{}", table(parameters)),
        });
    }
    text
}
