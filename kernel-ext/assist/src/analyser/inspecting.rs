//! What the name at the cursor is: signature, documentation, and the source if it is asked for.

use super::{NO_FIXTURES, Program, World};
use crate::answer::Inspection;
use crate::parse::EDITION;
use kovacs_session::Variable;
use ra_ap_ide::{
    FilePosition, FileRange, GotoDefinitionConfig, HoverConfig, HoverDocFormat, NavigationTarget, SubstTyLen, TextRange,
};
use ra_ap_syntax::ast::{self, AstNode, HasName};
use ra_ap_syntax::{SourceFile, SyntaxKind, SyntaxToken, TextSize};

/// A source that is longer is cut: nobody reads a module in a pop-up.
const LONGEST_SOURCE: usize = 12_000;

impl World {
    pub(crate) fn inspect(&mut self, program: &Program, with_source: bool) -> Option<Inspection> {
        let (source, code_start) = program.source();
        let token = token_to_inspect(&source, code_start + program.cursor, code_start)?;
        self.set_cell(source.clone());
        let mut text = self.hover(self.cell(), token.text_range())?;
        let position = FilePosition { file_id: self.cell(), offset: token.text_range().start() };
        let definitions = self.definitions(position);
        let is_variable = definitions
            .iter()
            .any(|target| target.file_id == self.cell() && usize::from(target.full_range.start()) < code_start);
        let variable = program.variables.iter().find(|variable| is_variable && variable.name == token.text());
        if let Some(variable) = variable {
            text.push_str(&about_variable(variable));
        }
        let is_local =
            definitions.iter().any(|target| target.kind == Some(ra_ap_ide::SymbolKind::Local)) || variable.is_some();
        if is_local && let Some(of_type) = self.about_type(position) {
            text.push_str("\n\n---\n\n");
            text.push_str(&of_type);
        }
        if with_source && variable.is_none() {
            for target in &definitions {
                text.push_str(&self.source_of(target).unwrap_or_default());
            }
        }
        Some(Inspection::of_markdown(text))
    }

    fn hover(&self, file_id: ra_ap_ide::FileId, range: TextRange) -> Option<String> {
        let configuration = HoverConfig {
            // The documentation of the standard library may be out of reach.
            links_in_hover: false,
            memory_layout: None,
            documentation: true,
            keywords: true,
            format: HoverDocFormat::Markdown,
            max_trait_assoc_items_count: Some(20),
            max_fields_count: Some(20),
            max_enum_variants_count: Some(20),
            max_subst_ty_len: SubstTyLen::Unlimited,
            show_drop_glue: false,
            ra_fixture: NO_FIXTURES,
        };
        let place = FileRange { file_id, range: TextRange::empty(range.start()) };
        let hover = self.analysis().hover(&configuration, place).ok().flatten()?;
        Some(hover.info.markup.into())
    }

    fn definitions(&self, position: FilePosition) -> Vec<NavigationTarget> {
        let configuration = GotoDefinitionConfig { ra_fixture: NO_FIXTURES };
        let found = self.analysis().goto_definition(position, &configuration).ok().flatten();
        found.map(|found| found.info).unwrap_or_default()
    }

    /// What is known of the type of the variable at a position.
    fn about_type(&self, position: FilePosition) -> Option<String> {
        let found = self.analysis().goto_type_definition(position).ok().flatten()?;
        let target = found.info.first()?;
        self.hover(target.file_id, target.focus_range.unwrap_or(target.full_range))
    }

    /// The definition, at the left margin.
    fn source_of(&self, target: &NavigationTarget) -> Option<String> {
        let text = self.analysis().file_text(target.file_id).ok()?;
        let range = target.full_range;
        let start = usize::from(range.start());
        let source = dedented(text.get(start..usize::from(range.end()))?, text.get(..start)?);
        let end = (0..=LONGEST_SOURCE.min(source.len())).rev().find(|end| source.is_char_boundary(*end))?;
        let (shown, rest) = source.split_at(end);
        let cut = if rest.is_empty() { "" } else { "\n// …" };
        // Documentation in the source may hold fences of its own.
        let fence = "`".repeat(longest_run(shown, '`').max(2) + 1);
        Some(format!("\n\n---\n\nSource:\n\n{fence}rust\n{shown}{cut}\n{fence}\n"))
    }
}

/// A piece of source as if it stood at the left margin; `before` is what stands before it.
fn dedented(source: &str, before: &str) -> String {
    let indent = before.rsplit('\n').next().unwrap_or_default();
    if !indent.chars().all(char::is_whitespace) {
        return source.to_owned();
    }
    let lines = source.split('\n').enumerate();
    // What begins further left is left where it is: a text of several lines.
    lines
        .map(|(index, line)| if index == 0 { line } else { line.strip_prefix(indent).unwrap_or(line) })
        .collect::<Vec<_>>()
        .join("\n")
}

fn longest_run(text: &str, wanted: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

fn about_variable(variable: &Variable) -> String {
    let mut text = String::new();
    if let Some(bytes) = variable.bytes {
        text.push_str(&format!("\n\n{bytes} bytes"));
    }
    if let Some(preview) = &variable.preview {
        let fence = "`".repeat(longest_run(preview, '`').max(2) + 1);
        text.push_str(&format!("\n\n{fence}text\n{preview}\n{fence}"));
    }
    text
}

/// The name at the cursor; between the parentheses of a call, the name of what is called.
fn token_to_inspect(source: &str, position: usize, code_start: usize) -> Option<SyntaxToken> {
    let file = SourceFile::parse(source, EDITION).tree();
    let offset = TextSize::try_from(position).ok()?;
    if offset > file.syntax().text_range().end() {
        return None;
    }
    let in_code = |token: &SyntaxToken| usize::from(token.text_range().start()) >= code_start;
    let at_cursor = file.syntax().token_at_offset(offset);
    if let Some(name) = at_cursor.clone().find(|token| is_name(token) && in_code(token)) {
        return Some(name);
    }
    let left = at_cursor.left_biased()?;
    left.parent_ancestors().find_map(|node| called(&node)).filter(in_code)
}

fn is_name(token: &SyntaxToken) -> bool {
    let kind = token.kind();
    kind == SyntaxKind::IDENT || kind.is_keyword(EDITION)
}

fn called(node: &ra_ap_syntax::SyntaxNode) -> Option<SyntaxToken> {
    if let Some(call) = ast::CallExpr::cast(node.clone()) {
        let ast::Expr::PathExpr(path) = call.expr()? else { return None };
        return path.path()?.segment()?.name_ref()?.ident_token();
    }
    if let Some(call) = ast::MethodCallExpr::cast(node.clone()) {
        return call.name_ref()?.ident_token();
    }
    if let Some(call) = ast::MacroCall::cast(node.clone()) {
        return call.path()?.segment()?.name_ref()?.ident_token();
    }
    ast::Fn::cast(node.clone())?.name()?.ident_token()
}
