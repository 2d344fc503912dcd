//! What a definition and a closure lean on, and whether it can go along.

use crate::code::{Code, FoundCall, Function};
use crate::error::{CannotCarry, FromCellError, Reason};
use crate::known;
use crate::names::FreeNames;
use std::collections::BTreeMap;
use syn::Expr;

/// Text that goes along, in the order of the notebook.
#[derive(Default)]
pub(crate) struct Carried {
    /// What it is: an expression for the definition, the body of a function for the response.
    pub(crate) text: String,
    /// Patterns of the two parameters of a response.
    pub(crate) parameters: Option<[String; 2]>,
    /// Statements that come first in the function.
    pub(crate) variables: BTreeMap<usize, String>,
    /// Functions, types and constants.
    pub(crate) definitions: BTreeMap<usize, String>,
    /// `use` lines.
    pub(crate) imports: BTreeMap<usize, String>,
    /// The expressions of the text and of the variables, to look into.
    pub(crate) expressions: Vec<Expr>,
}

/// Gathers everything that the definition and the closure of a model need.
///
/// # Errors
/// Something cannot go along; all of it is named.
pub(crate) fn carry(code: &Code, call: &FoundCall) -> Result<(Carried, Carried), FromCellError> {
    let mut problems = Vec::new();
    let mut definition = Carrier { code, carried: Carried::default(), problems: &mut problems };
    definition.expression(&call.definition, call.order, None);
    let mut definition = Carried { text: call.definition_text.clone(), ..definition.carried };
    // A variable that is the whole definition is written as its value.
    if let Some((order, variable)) = code.variable(&definition.text, call.order)
        && let Some(value) = variable.value()
        && definition.variables.remove(order).is_some()
    {
        definition.text = value;
    }

    let mut response = Carrier { code, carried: Carried::default(), problems: &mut problems };
    let held = match &call.function {
        Function::Named(name) => code
            .variable(name, call.order)
            .and_then(|(order, variable)| variable.closure().map(|closure| (closure, *order))),
        Function::Closure { .. } => None,
    };
    let (function, before) = held.as_ref().map_or((&call.function, call.order), |(closure, order)| (closure, *order));
    match function {
        Function::Closure { parameters, body, expression } => {
            response.expression(expression, before, None);
            response.carried.parameters = Some(parameters.clone());
            response.carried.text = body.clone();
        }
        Function::Named(name) => {
            response.need(std::slice::from_ref(name), call.order, None);
            response.carried.parameters = Some(["p", "experiment"].map(str::to_owned));
            response.carried.text = format!("{name}(p, experiment)");
        }
    }
    let response = response.carried;
    if problems.is_empty() {
        return Ok((definition, response));
    }
    problems.dedup();
    Err(FromCellError::CannotCarry { cell: call.cell.clone(), names: problems })
}

struct Carrier<'a, 'p> {
    code: &'a Code,
    carried: Carried,
    problems: &'p mut Vec<CannotCarry>,
}

/// The variable of the notebook that led to a name, and the cell that computes it.
type Blame<'b> = Option<(&'b str, &'b str)>;

impl Carrier<'_, '_> {
    fn expression(&mut self, expression: &Expr, before: usize, blame: Blame<'_>) {
        self.carried.expressions.push(expression.clone());
        self.all(&FreeNames::of_expression(expression), before, blame);
    }

    fn all(&mut self, free: &FreeNames, before: usize, blame: Blame<'_>) {
        for path in free.names.values() {
            self.need(path, before, blame);
        }
    }

    /// A path is needed by the statement with the number `before`.
    fn need(&mut self, path: &[String], before: usize, blame: Blame<'_>) {
        let Some(name) = path.first() else { return };
        let code = self.code;
        if let Some((order, variable)) = code.variable(name, before) {
            return self.variable(name, *order, variable, blame);
        }
        let definitions = code.definition(name);
        for (order, definition) in &definitions {
            let text = definition.text.clone();
            if self.carried.definitions.insert(*order, text).is_none() {
                self.all(&FreeNames::of_item(&definition.item), before, blame);
            }
        }
        if !definitions.is_empty() {
            return;
        }
        if let Some((order, import)) = code.import(name) {
            let whole = import.names.get(name).map(Vec::as_slice).unwrap_or_default();
            match whole.first().map(String::as_str) {
                Some(root) if known::is_standard(root) && known::leads_outside(whole) => {
                    return self.problem(name, Reason::Outside, blame);
                }
                Some(root) if known::is_standard(root) => {
                    self.carried.imports.insert(*order, import.text.clone());
                    return;
                }
                Some("kovacs") | None => {}
                Some(root) => {
                    let (root, cell) = (root.to_owned(), import.cell.clone());
                    return self.problem(name, Reason::OfCrate { root, cell }, blame);
                }
            }
        }
        if known::leads_outside(path) {
            self.problem(&path.join("::"), Reason::Outside, blame);
        } else if known::OF_NOTEBOOKS.contains(&name.as_str()) {
            self.problem(name, Reason::OfNotebooks, blame);
        } else if !known::everywhere(name) {
            self.problem(name, Reason::Unknown, blame);
        }
    }

    fn variable(&mut self, name: &str, order: usize, variable: &crate::code::Variable, blame: Blame<'_>) {
        if self.carried.variables.contains_key(&order) {
            return;
        }
        let cell = variable.cell.as_str();
        let free = FreeNames::of_local(&variable.statement);
        let (outermost, outermost_cell) = blame.unwrap_or((name, cell));
        let Some(init) = variable.statement.init.as_ref().filter(|_| !variable.mutable) else {
            return self.problem(name, Reason::Mutable { cell: cell.to_owned() }, None);
        };
        self.carried.variables.insert(order, variable.text.clone());
        self.carried.expressions.push((*init.expr).clone());
        let known_problems = self.problems.len();
        self.all(&free, order, Some((outermost, outermost_cell)));
        if free.question_mark && self.problems.len() == known_problems {
            self.problem(name, Reason::Fallible { cell: cell.to_owned() }, None);
        }
    }

    /// What is wrong with the value of a variable is said of the variable that the closure names.
    fn problem(&mut self, name: &str, reason: Reason, blame: Blame<'_>) {
        let problem = match blame {
            None => CannotCarry { name: name.to_owned(), reason },
            Some((variable, cell)) => CannotCarry {
                name: variable.to_owned(),
                reason: Reason::Computed { name: variable.to_owned(), cell: cell.to_owned(), from: name.to_owned() },
            },
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}
