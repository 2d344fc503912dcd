//! The names that a piece of Rust takes from around it.
//!
//! A walk over the syntax with a stack of scopes: what a `let`, a parameter, a pattern, a generic or an inner item binds
//! is its own, everything else is free. Arguments of macros are walked too, and the `{name}` in a format string counts.

use proc_macro2::TokenStream;
use std::collections::{BTreeMap, BTreeSet};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Ident, Item, Local, Pat, Path, Stmt, Token};

/// The free names of a piece of code: the first segment of every path that is not bound inside.
#[derive(Default)]
pub(crate) struct FreeNames {
    /// Each name with the longest path that begins with it.
    pub(crate) names: BTreeMap<String, Vec<String>>,
    /// Methods that are called.
    pub(crate) methods: BTreeSet<String>,
    /// Whether `?` occurs outside of closures and functions.
    pub(crate) question_mark: bool,
    scopes: Vec<BTreeSet<String>>,
    inner_functions: usize,
}

impl FreeNames {
    /// Of an expression.
    pub(crate) fn of_expression(expression: &Expr) -> FreeNames {
        let mut free = FreeNames::default();
        free.within(|free| free.visit_expr(expression));
        free
    }

    /// Of an item.
    pub(crate) fn of_item(item: &Item) -> FreeNames {
        let mut free = FreeNames::default();
        free.within(|free| free.visit_item(item));
        free
    }

    /// Of a `let`: of its value and of the type that it states.
    pub(crate) fn of_local(local: &Local) -> FreeNames {
        let mut free = FreeNames::default();
        free.within(|free| free.visit_local(local));
        free
    }

    fn within(&mut self, walk: impl FnOnce(&mut Self)) {
        self.scopes.push(BTreeSet::new());
        walk(self);
        self.scopes.pop();
    }

    fn bind(&mut self, name: &Ident) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_string());
        }
    }

    fn is_bound(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.contains(name))
    }

    fn take(&mut self, segments: Vec<String>) {
        let Some(name) = segments.first().filter(|name| !self.is_bound(name)).cloned() else { return };
        let known = self.names.entry(name).or_default();
        if segments.len() > known.len() {
            *known = segments;
        }
    }

    /// Arguments of a macro: a list of expressions where it is one, else its words.
    fn visit_tokens(&mut self, tokens: &TokenStream) {
        let list = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone());
        let repeated = || {
            let parse = |input: syn::parse::ParseStream<'_>| {
                let value: Expr = input.parse()?;
                input.parse::<Token![;]>()?;
                Ok((value, input.parse::<Expr>()?))
            };
            parse.parse2(tokens.clone())
        };
        if let Ok(list) = list {
            list.iter().for_each(|argument| self.visit_expr(argument));
        } else if let Ok((value, count)) = repeated() {
            self.visit_expr(&value);
            self.visit_expr(&count);
        } else {
            self.visit_words(tokens);
        }
    }

    fn visit_words(&mut self, tokens: &TokenStream) {
        for token in tokens.clone() {
            match token {
                proc_macro2::TokenTree::Group(group) => self.visit_words(&group.stream()),
                proc_macro2::TokenTree::Ident(word) if syn::parse_str::<Ident>(&word.to_string()).is_ok() => {
                    self.take(vec![word.to_string()]);
                }
                _ => {}
            }
        }
    }

    /// The names in the braces of a format string: `{tau}`, `{tau:.3}`.
    fn visit_format(&mut self, text: &str) {
        let text = text.replace("{{", "");
        for part in text.split('{').skip(1) {
            let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if syn::parse_str::<Ident>(&name).is_ok() {
                self.take(vec![name]);
            }
        }
    }
}

impl<'ast> Visit<'ast> for FreeNames {
    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.take(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        let name = pattern.ident.to_string();
        // A capital is a constant or a variant without fields, not a new variable.
        if name.starts_with(|first: char| first.is_uppercase()) && pattern.subpat.is_none() {
            self.take(vec![name]);
        } else {
            self.bind(&pattern.ident);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        // The new name is not in scope of its own value.
        if let Some(init) = &local.init {
            self.visit_expr(&init.expr);
            if let Some((_, otherwise)) = &init.diverge {
                self.visit_expr(otherwise);
            }
        }
        self.visit_pat(&local.pat);
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.within(|free| {
            for statement in &block.stmts {
                if let Stmt::Item(item) = statement
                    && let Some(name) = name_of(item)
                {
                    free.bind(&name);
                }
            }
            visit::visit_block(free, block);
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.inner_functions += 1;
        self.within(|free| visit::visit_expr_closure(free, closure));
        self.inner_functions -= 1;
    }

    fn visit_expr_let(&mut self, condition: &'ast syn::ExprLet) {
        self.visit_expr(&condition.expr);
        self.visit_pat(&condition.pat);
    }

    fn visit_expr_if(&mut self, choice: &'ast syn::ExprIf) {
        self.within(|free| {
            free.visit_expr(&choice.cond);
            free.visit_block(&choice.then_branch);
        });
        if let Some((_, otherwise)) = &choice.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, repeated: &'ast syn::ExprWhile) {
        self.within(|free| visit::visit_expr_while(free, repeated));
    }

    fn visit_expr_for_loop(&mut self, repeated: &'ast syn::ExprForLoop) {
        self.visit_expr(&repeated.expr);
        self.within(|free| {
            free.visit_pat(&repeated.pat);
            free.visit_block(&repeated.body);
        });
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.within(|free| visit::visit_arm(free, arm));
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.methods.insert(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_try(&mut self, attempt: &'ast syn::ExprTry) {
        self.question_mark |= self.inner_functions == 0;
        visit::visit_expr_try(self, attempt);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        self.inner_functions += 1;
        self.within(|free| visit::visit_item(free, item));
        self.inner_functions -= 1;
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        self.within(|free| visit::visit_impl_item(free, item));
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        self.within(|free| visit::visit_trait_item(free, item));
    }

    fn visit_generics(&mut self, generics: &'ast syn::Generics) {
        generics.type_params().for_each(|parameter| self.bind(&parameter.ident));
        generics.const_params().for_each(|parameter| self.bind(&parameter.ident));
        visit::visit_generics(self, generics);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.visit_tokens(&call.tokens);
        let is_format = |literal: &proc_macro2::Literal| syn::parse_str::<syn::LitStr>(&literal.to_string()).ok();
        for token in call.tokens.clone() {
            if let proc_macro2::TokenTree::Literal(literal) = token
                && let Some(text) = is_format(&literal)
            {
                self.visit_format(&text.value());
            }
        }
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {
        // Attributes name lints, derives and configurations, which a crate has by itself.
    }

    fn visit_item_use(&mut self, _: &'ast syn::ItemUse) {
        // A `use` inside of a body goes along with it; the paths that it makes short are looked at where they lead.
    }

    fn visit_item_macro(&mut self, _: &'ast syn::ItemMacro) {
        // What a macro of the user's expands to is not known here; the compiler looks at it.
    }
}

/// The name that an item defines.
pub(crate) fn name_of(item: &Item) -> Option<Ident> {
    match item {
        Item::Const(item) => Some(item.ident.clone()),
        Item::Enum(item) => Some(item.ident.clone()),
        Item::Fn(item) => Some(item.sig.ident.clone()),
        Item::Macro(item) => item.ident.clone(),
        Item::Mod(item) => Some(item.ident.clone()),
        Item::Static(item) => Some(item.ident.clone()),
        Item::Struct(item) => Some(item.ident.clone()),
        Item::Trait(item) => Some(item.ident.clone()),
        Item::Type(item) => Some(item.ident.clone()),
        Item::Union(item) => Some(item.ident.clone()),
        _ => None,
    }
}

/// The variables that a pattern binds, and whether any of them is `mut`.
pub(crate) fn bound_by(pattern: &Pat) -> (BTreeSet<String>, bool) {
    struct Bound(BTreeSet<String>, bool);
    impl<'ast> Visit<'ast> for Bound {
        fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
            self.0.insert(pattern.ident.to_string());
            self.1 |= pattern.mutability.is_some();
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut bound = Bound(BTreeSet::new(), false);
    bound.visit_pat(pattern);
    (bound.0, bound.1)
}
