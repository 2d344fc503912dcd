//! The source of the crate.

use crate::FoundModel;
use crate::carry::Carried;
use std::collections::BTreeMap;
use std::fmt::Write;
use syn::visit::{self, Visit};
use syn::{Expr, Lit};

/// What is written of a model in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// Name of the type that is the model, for `export_models!`.
    pub type_name: String,
    /// `src/lib.rs` of the model's crate.
    pub crate_source: String,
}

/// What a chain of methods on a definition says in literals.
#[derive(Default)]
struct Said {
    name: Option<String>,
    texts: BTreeMap<String, String>,
    methods: Vec<String>,
    is_definition: bool,
}

impl<'ast> Visit<'ast> for Said {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        visit::visit_expr_call(self, call);
        let Expr::Path(function) = &*call.func else { return };
        let names: Vec<String> = function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.ends_with(&["Definition".to_owned(), "new".to_owned()]) {
            self.is_definition = true;
            self.name = call.args.first().and_then(literal);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        visit::visit_expr_method_call(self, call);
        let method = call.method.to_string();
        if let Some(text) = call.args.first().and_then(literal) {
            self.texts.insert(method.clone(), text);
        }
        self.methods.push(method);
    }
}

fn literal(argument: &Expr) -> Option<String> {
    match argument {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn said(definition: &Carried) -> Said {
    let mut said = Said::default();
    definition.expressions.iter().for_each(|expression| said.visit_expr(expression));
    said
}

/// The name that a definition gives its model, where it is written there.
pub(crate) fn name_of(definition: &Carried) -> Option<String> {
    said(definition).name
}

/// Writes the crate's library.
pub(crate) fn write(model: &FoundModel, name: &str, id: &str, origin: &str) -> Crate {
    let (definition, response) = (&model.definition, &model.response);
    let said = said(definition);
    let text = |method: &str, otherwise: &str| said.texts.get(method).cloned().unwrap_or_else(|| otherwise.to_owned());
    let title = text("title", &name.replace('_', " "));
    let summary = text("summary", "defined in a cell of a notebook");
    let citation = text("citation", "");
    let can = |method: &str| said.methods.iter().any(|called| called == method);
    let type_name = type_name(name);

    let mut library =
        format!("//! The model `{name}`: {summary}.\n//!\n//! Made from {origin}.\n\n#![forbid(unsafe_code)]\n\n");
    let merged = |first: &BTreeMap<usize, String>, second: &BTreeMap<usize, String>| {
        let mut all = first.clone();
        all.extend(second.iter().map(|(order, text)| (*order, text.clone())));
        all
    };
    library.push_str(
        "use kovacs_core::closure::prelude::*;\nuse kovacs_sdk::{About, Bound, Capabilities, Curves, Model, Run};\n",
    );
    for import in merged(&definition.imports, &response.imports).values() {
        library.push_str(import);
        library.push('\n');
    }
    for item in merged(&definition.definitions, &response.definitions).values() {
        let _ = write!(library, "\n{item}\n");
    }
    let statements =
        |carried: &Carried| carried.variables.values().fold(String::new(), |text, line| text + line + "\n");
    let conversion = if said.is_definition { "" } else { ".into()" };
    let _ = write!(
        library,
        "\n/// The table of the model.\nfn definition() -> Definition {{\n{}{}{conversion}\n}}\n",
        statements(definition),
        definition.text
    );
    let [parameters, experiment] = response.parameters.clone().unwrap_or_default();
    let before = statements(response);
    // The body of a closure may be a block already; its braces are then those of the function.
    let body = match response.text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(inside) if syn::parse_str::<syn::Block>(&response.text).is_ok() => inside.trim_matches('\n'),
        _ => &response.text,
    };
    let _ = write!(
        library,
        "\n/// The curves of one parameter vector.\n\
         fn response({parameters}: &Parameters<'_>, {experiment}: &Experiment) -> Result<Answer, Refusal> {{\n\
         {before}{body}\n}}\n"
    );
    let flags: String = [
        ("deterministic", !can("seeded")),
        ("seeded", can("seeded")),
        ("continuous", !can("stepped")),
        ("stress", can("stress_control")),
        ("temperature", can("changing_temperature")),
    ]
    .into_iter()
    .filter(|(_, set)| *set)
    .map(|(flag, _)| format!("{flag}: true, "))
    .collect();
    let template = TEMPLATE
        .replace("TYPE", &type_name)
        .replace("FLAGS", &flags)
        .replace("\"ID\"", &format!("{id:?}"))
        .replace("\"TITLE\"", &format!("{title:?}"))
        .replace("\"SUMMARY\"", &format!("{summary:?}"))
        .replace("\"CITATION\"", &format!("{citation:?}"));
    library.push_str(&template);
    Crate { type_name, crate_source: library }
}

/// `power_law` as the name of a type: `PowerLaw`.
fn type_name(name: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split(['_', '-']).map(capital).collect()
}

/// The part of the crate that is the same for all models.
const TEMPLATE: &str = r#"
/// The model, bound to an experiment.
#[derive(Default)]
pub struct TYPE {
    bound: Option<Bound>,
}

impl Model for TYPE {
    const CAPABILITIES: Capabilities = Capabilities { FLAGS..Capabilities::NONE };

    fn about() -> About {
        About {
            id: "ID",
            name: "TITLE",
            version: env!("CARGO_PKG_VERSION"),
            summary: "SUMMARY",
            citation: "CITATION",
            license: env!("CARGO_PKG_LICENSE"),
        }
    }

    fn parameters() -> Vec<Quantity> {
        definition().parameter_table()
    }

    fn outputs() -> Vec<Quantity> {
        definition().output_table()
    }

    fn presets() -> Vec<Preset> {
        definition().preset_table()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(TYPE::default())
    }

    fn bind(&mut self, experiment: &kovacs_sdk::Experiment<'_>) -> Result<(), Refusal> {
        self.bound = Some(Bound::new(&definition(), experiment)?);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        match &self.bound {
            Some(bound) => bound.fill(response, parameters, out, run),
            None => Err(Refusal::broken("evaluated before an experiment was bound")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kovacs_core::model::Evaluator;
    use kovacs_core::second_stage::observe_second_stage;

    #[test]
    fn the_table_holds_together_and_the_paper_s_test_has_an_answer() {
        assert_eq!(definition().capabilities(), TYPE::CAPABILITIES);
        let mut model = kovacs_sdk::Local::<TYPE>::new(&[]).expect("the table holds together");
        let defaults = model.description().defaults();
        let test = TwoStep::new(0.005, 0.003, 900.0, 593.0);
        let stage = observe_second_stage(&mut model, &defaults, &test).expect("the default values have an answer");
        assert!(stage.sigma_tw.is_finite());
    }
}
"#;
