//! Lines of `:dep` that ask for a crate which comes with Kovacs: they get it, or a reason why not.

use crate::externs::{Extern, Offer};
use crate::plan::Plan;
use crate::requirement::Dependency;

/// The lines that ask for other crates.
pub(crate) fn others(plan: &Plan, lines: &[String]) -> Vec<String> {
    lines.iter().filter(|line| offered(plan, line).is_none()).cloned().collect()
}

/// Whether this line of a manifest asks for a crate that comes with Kovacs.
pub(crate) fn is_offered(plan: &Plan, line: &str) -> bool {
    offered(plan, line).is_some()
}

/// Whether the line gets what it asks for; `None` if it asks for something else.
pub(crate) fn judge(plan: &Plan, line: &str) -> Option<Result<(), String>> {
    let dependency = Dependency::parse(line)?;
    let package = dependency.package();
    if let Some((name, reason)) = plan.unavailable.iter().find(|(name, _)| *name == package) {
        return Some(Err(format!("`{name}` comes with Kovacs, but is not ready: {reason}")));
    }
    let (_, Offer { version, features }) = offers(plan).find(|(krate, _)| krate.name == package)?;
    let here = format!("cells have {package} {version} already, compiled with Kovacs");
    if dependency.name != package {
        return Some(Err(format!("{here}: call it `{package}`, or `use {package} as {};`", dependency.name)));
    }
    if dependency.is_elsewhere {
        return Some(Err(format!("{here}: another one beside it would have other types; leave out this line")));
    }
    if !dependency.accepts(version) {
        let wanted = dependency.version.unwrap_or_default();
        return Some(Err(format!(
            "{here}; version `{wanted}` beside it would have other types and take long to compile: leave out this line"
        )));
    }
    match dependency.features.iter().find(|feature| !features.contains(feature) && *feature != "default") {
        Some(missing) => {
            let known = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
            Some(Err(format!("{here}, without the feature `{missing}`; its features are: {known}")))
        }
        None => Some(Ok(())),
    }
}

fn offers(plan: &Plan) -> impl Iterator<Item = (&Extern, &Offer)> {
    plan.externs.iter().filter_map(|krate| Some((krate, krate.offer.as_ref()?)))
}

fn offered<'a>(plan: &'a Plan, line: &str) -> Option<&'a Extern> {
    let name = Dependency::parse(line)?.name;
    offers(plan).map(|(krate, _)| krate).find(|krate| krate.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let offer = Offer { version: "0.55.2".into(), features: vec!["lazy".into()] };
        let polars = Extern { name: "polars".into(), offer: Some(offer), ..Extern::default() };
        let unavailable = vec![("plotly".to_owned(), "it was not compiled".to_owned())];
        Plan { externs: vec![Extern::default(), polars], unavailable, ..Plan::default() }
    }

    fn refusal(line: &str) -> String {
        judge(&plan(), line).expect("it is about a crate that comes with Kovacs").expect_err("refused")
    }

    #[test]
    fn what_fits_is_given_and_nothing_else_is_touched() {
        assert_eq!(judge(&plan(), "polars = \"0.55\""), Some(Ok(())));
        assert_eq!(judge(&plan(), "polars = { version = \"*\", features = [\"lazy\"] }"), Some(Ok(())));
        assert_eq!(judge(&plan(), "itoa = \"1\""), None);
        let lines = ["itoa = \"1\"".to_owned(), "polars = \"0.55\"".to_owned()];
        assert_eq!(others(&plan(), &lines), ["itoa = \"1\""]);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_reason() {
        assert!(refusal("polars = \"0.46\"").contains("cells have polars 0.55.2 already"));
        assert!(refusal("polars = { version = \"0.55\", features = [\"sql\"] }").contains("without the feature `sql`"));
        assert!(refusal("polars = { path = \"/own\" }").contains("other types"));
        assert!(refusal("pl = { package = \"polars\", version = \"0.55\" }").contains("use polars as pl"));
        assert!(refusal("plotly = \"0.14\"").contains("it was not compiled"));
    }
}
