//! What goes along with a model that leaves its notebook, and what is refused by name.

use kovacs_from_cell::{Cell, Crate, FromCellError, find};

fn cells(sources: &[&str]) -> Vec<Cell> {
    let cell = |(number, source): (usize, &&str)| Cell { id: format!("cell-{number}"), source: (*source).to_owned() };
    (1..).zip(sources).map(cell).collect()
}

fn written(sources: &[&str]) -> Crate {
    match find(&cells(sources), None) {
        Ok(model) => model.write("power_law", "local.power_law", "cell `closure` of `n.ipynb`"),
        Err(error) => panic!("{error}"),
    }
}

fn refused(sources: &[&str]) -> String {
    let error = find(&cells(sources), None).err();
    error.unwrap_or_else(|| panic!("it went along: {sources:?}")).to_string()
}

/// The response, with single spaces: where lines end is the formatter's business.
fn response_of(sources: &[&str]) -> String {
    let library = written(sources).crate_source;
    let start = library.find("fn response").expect("there is one");
    let end = library[start..].find("/// The model, bound").expect("the end") + start;
    library[start..end].split_whitespace().collect::<Vec<_>>().join(" ")
}

const POWER_LAW: &str = r#":dep something
use kovacs::prelude::*;
let definition = Definition::new("power_law")
    .title("Power law")
    .summary("a power law for every change of strain")
    .parameter(Quantity::new("modulus").unit("MPa").above(0.0).initial(2500.0))
    .seeded();
let model = Model::from_fn(definition, |p, experiment| {
    // Nutting's law, with a start.
    experiment.superpose(|t| p["modulus"] * (t + 1e-3).powf(-0.05))
})?;
"#;

#[test]
fn definition_and_closure_become_a_table_and_a_function() {
    let Crate { type_name, crate_source } = written(&[POWER_LAW]);
    assert_eq!(type_name, "PowerLaw");
    for part in [
        "//! The model `power_law`: a power law for every change of strain.",
        "//! Made from cell `closure` of `n.ipynb`.",
        "fn definition() -> Definition {\nDefinition::new(\"power_law\")",
        "// Nutting's law, with a start.",
        "fn response(p: &Parameters<'_>, experiment: &Experiment) -> Result<Answer, Refusal> {",
        "id: \"local.power_law\"",
        "name: \"Power law\"",
        "seeded: true, continuous: true, ..Capabilities::NONE",
    ] {
        assert!(crate_source.contains(part), "no `{part}` in\n{crate_source}");
    }
    assert!(
        !crate_source.contains("Model::from_fn") && !crate_source.contains("deterministic: true"),
        "{crate_source}"
    );
    syn::parse_file(&crate_source).expect("it is Rust");
}

#[test]
fn what_the_closure_leans_on_goes_along() {
    let sources = [
        "use std::collections::BTreeMap;\nuse std::f64::consts::PI;\n\
         #[derive(Clone)]\nstruct Mode { time: f64 }\nimpl Mode { fn at(&self, t: f64) -> f64 { (-t / self.time).exp() } }\n\
         fn unused() {}",
        "/// Sums.\nfn modulus(modes: &[Mode], t: f64) -> f64 { modes.iter().map(|mode| mode.at(t)).sum::<f64>() * SCALE }\n\
         const SCALE: f64 = 2.0 * PI;",
        "let slow = 1e4;\nlet modes = vec![Mode { time: 10.0 }, Mode { time: slow }];\nlet other = 3.0;",
        "let m = Model::from_fn([Quantity::new(\"factor\")], move |p, e| {\n\
         e.superpose(|t| p[\"factor\"] * modulus(&modes, t)) })?;",
    ];
    let library = written(&sources).crate_source;
    for part in
        ["struct Mode", "impl Mode", "/// Sums.\nfn modulus", "const SCALE", "use std::f64::consts::PI;", "]\n.into()"]
    {
        let part = part.replace("]\n.into()", "[Quantity::new(\"factor\")].into()");
        assert!(library.contains(&part), "no `{part}` in\n{library}");
    }
    for part in ["unused", "BTreeMap", "let other", "from_fn"] {
        assert!(!library.contains(part), "`{part}` in\n{library}");
    }
    let response = response_of(&sources);
    assert!(response.contains("{ let slow = 1e4; let modes = vec![Mode"), "in their order: {response}");
    syn::parse_file(&library).expect("it is Rust");
}

#[test]
fn names_bound_inside_shadow_those_of_the_notebook() {
    let data = "let table = Dataset::open(\"pvc\")?;\nlet x = Dataset::open(\"pvc\")?;";
    for body in [
        "|p, e| { let x = p[0]; Ok(vec![x].into()) }",
        "|p, x| x.superpose(|table| table * p[0])",
        "|p, e| match p[0] { x if x > 1.0 => Err(format!(\"{x:.2} {{table}}\").into()), _ => Ok(vec![1.0].into()) }",
        "|p, e| { for x in 0..3 { println!(\"{}\", x); } if let Some(table) = p.get(\"a\") { drop(table) } Ok(vec![].into()) }",
        "|p, e| { fn x(table: f64) -> f64 { table } Ok(vec![x(1.0)].into()) }",
        "|p, e| { let f = |x: f64| x + 1.0; Ok(vec![f(1.0)].into()) }",
        "|p, e| { struct S { x: f64 } let S { x } = S { x: 1.0 }; Ok(vec![x].into()) }",
    ] {
        let response = response_of(&[data, &format!("Model::from_fn([], {body})?;")]);
        assert!(!response.contains("Dataset"), "{response}");
    }
    // A variable bound again means the later one.
    let response =
        response_of(&[data, "let x = 2.0;\nModel::from_fn([], |p, e| Ok(vec![x].into()))?;\nlet x = x + 1.0;"]);
    assert!(response.contains("{ let x = 2.0; Ok(vec![x].into()) }"), "{response}");
}

#[test]
fn functions_and_named_closures_serve_as_well() {
    let function = "fn curves(p: &Parameters<'_>, e: &Experiment) -> Result<Answer, Refusal> { e.superpose(|_| p[0]) }";
    let response = response_of(&[function, "Model::from_fn([Quantity::new(\"a\")], curves)?;"]);
    assert!(response.contains("{ curves(p, experiment) }"), "{response}");
    let named =
        "let tau = 3.0;\nlet curves = move |p: &Parameters<'_>, e: &Experiment| e.superpose(|t| p[0] * t / tau);";
    let response = response_of(&[named, "Model::from_fn([Quantity::new(\"a\")], curves)?;"]);
    assert!(response.contains("(p: &Parameters<'_>, e: &Experiment)"), "{response}");
    assert!(response.contains("{ let tau = 3.0; e.superpose(|t| p[0] * t / tau) }"), "{response}");
}

#[test]
fn what_exists_in_a_running_notebook_only_is_named_with_what_to_do() {
    let model = |body: &str| format!("let m = Model::from_fn([], move |p, e| {body})?;");
    let table = "let table = Dataset::open(\"pvc\")?;\nlet peak = table.max();";
    let said = refused(&[table, &model("Ok(vec![peak].into())")]);
    assert!(said.contains("the model in cell `cell-2` cannot leave its notebook: `peak` is computed in cell `cell-1`"));
    assert!(said.contains("from `Dataset`") && said.contains("Quantity::new(\"peak\")"), "{said}");
    let cases = [
        ("let mut sum = 0.0;", "Ok(vec![sum].into())", "`sum` is `mut` in cell `cell-1`"),
        ("let n: f64 = \"2\".parse()?;", "Ok(vec![n].into())", "`n` is computed in cell `cell-1` with `?`"),
        (
            "",
            "{ if interrupted() { return Err(\"stopped\".into()) } Ok(vec![].into()) }",
            "`interrupted` belongs to notebooks",
        ),
        ("use rand::Rng;", "Ok(vec![Rng::one()].into())", "`Rng` is of the crate `rand`, which cell `cell-1` uses"),
        ("", "Ok(vec![std::env::args().count() as f64].into())", "`std::env::args` reaches outside the program"),
        ("use std::fs;", "Ok(vec![fs::read(\"x\").unwrap().len() as f64].into())", "`fs` reaches outside"),
        ("", "Ok(vec![missing].into())", "`missing` is not defined in this cell or one above it"),
        ("let a = std::time::Instant::now();", "Ok(vec![a.b()].into())", "from `std::time::Instant::now`"),
        ("fn f() -> f64 { Dataset::open(\"x\") }", "Ok(vec![f()].into())", "`Dataset` belongs to notebooks"),
        ("", "Err(format!(\"{beta}\").into())", "`beta` is not defined"),
        ("", "Ok(vec![0.0; many].into())", "`many` is not defined"),
    ];
    for (before, body, words) in cases {
        let said = refused(&[before, &model(body)]);
        assert!(said.contains(words), "{said}");
    }
    let several = refused(&["", &model("Ok(vec![one + two].into())")]);
    assert!(several.contains("`one` is not") && several.contains("`two` is not"), "{several}");
}

#[test]
fn the_cell_is_found_or_the_choice_is_told() {
    let two = cells(&["Model::from_fn([], |p, e| e.superpose(|_| 1.0))?;", "let a = 1;", POWER_LAW]);
    assert!(matches!(find(&two, None), Err(FromCellError::SeveralModels { cells }) if cells == ["cell-1", "cell-3"]));
    let found = |id: &str| match find(&two, Some(id)) {
        Ok(model) => (model.cell, model.name),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(found("cell-3"), ("cell-3".to_owned(), Some("power_law".to_owned())));
    assert_eq!(found("cell-1"), ("cell-1".to_owned(), None));
    let said = |id: Option<&str>, cells: &[Cell]| find(cells, id).err().expect("refused").to_string();
    assert!(said(Some("cell-2"), &two).contains("cell `cell-2` has no `Model::from_fn"));
    assert!(said(Some("cell-9"), &two).contains("there is no code cell `cell-9`; there are `cell-1`, `cell-2`"));
    assert!(said(None, &cells(&["let a = 1;"])).contains("the notebook has no `Model::from_fn"));
    // Words in comments and strings are no models.
    assert!(said(None, &cells(&["// Model::from_fn([], f)\nlet s = \"Model::from_fn([], f)\";"])).contains("has no"));
    let broken = said(None, &cells(&[":dep x\nlet a = 1;\nlet = 3;"]));
    assert!(broken.contains("cell `cell-1` is not Rust") && broken.contains("(line 3)"), "{broken}");
    let not_a_closure = said(None, &cells(&["Model::from_fn([], make_closure(3))?;"]));
    assert!(not_a_closure.contains("does not give `Model::from_fn` a closure"), "{not_a_closure}");
}

/// The public names of a prelude, as its source has them.
fn prelude_of(source: &str, path: &[&str]) -> Vec<String> {
    let mut items = syn::parse_file(source).expect("it is Rust").items;
    for name in path {
        let inner = items.into_iter().find_map(|item| match item {
            syn::Item::Mod(module) if module.ident == name => module.content.map(|(_, items)| items),
            _ => None,
        });
        items = inner.expect("the module is there");
    }
    fn leaves(tree: &syn::UseTree, names: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => leaves(&path.tree, names),
            syn::UseTree::Name(name) => names.push(name.ident.to_string()),
            syn::UseTree::Rename(name) => names.push(name.rename.to_string()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    for item in &items {
        if let syn::Item::Use(item) = item {
            leaves(&item.tree, &mut names);
        }
    }
    names.sort();
    names
}

#[test]
fn every_name_of_the_preludes_is_known_for_what_it_is() {
    let uses = |name: &str| format!("let m = Model::from_fn([], |p, e| {{ {name}(); Ok(vec![].into()) }})?;");
    let shared = prelude_of(include_str!("../../../models/core/src/closure/mod.rs"), &["prelude"]);
    assert!(shared.len() > 10);
    for name in shared {
        assert!(find(&cells(&[&uses(&name)]), None).is_ok(), "`{name}` is there in a crate");
    }
    let own = prelude_of(include_str!("../../prelude/src/lib.rs"), &["prelude"]);
    assert!(own.len() > 10);
    for name in own {
        let said = refused(&[&uses(&name)]);
        assert!(said.contains(&format!("`{name}` belongs to notebooks")), "{said}");
    }
}
