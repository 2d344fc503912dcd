//! What the questions are answered with. Positions count characters (Unicode code points), as Jupyter does.

use crate::markdown;
use serde::{Deserialize, Serialize};

/// What could stand at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completions {
    /// The first character that is replaced.
    pub start: usize,
    /// The character behind the last one that is replaced.
    pub end: usize,
    /// The likeliest first.
    pub items: Vec<Completion>,
}

/// One thing that could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// What replaces `start..end`: plain text, `push` and not `push(value)`.
    pub text: String,
    /// What a list shows, with arguments: `push(…)`.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// Its type or signature: `fn(&mut self, T)`.
    pub type_name: Option<String>,
    /// The first paragraph of its documentation, as plain text.
    pub documentation: Option<String>,
    /// For front ends that know snippets: `push(${1:value})$0`.
    pub snippet: Option<String>,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Kind {
    /// A function that belongs to no value.
    Function,
    /// A function of a value.
    Method,
    /// A field of a structure.
    Field,
    /// A variable.
    Variable,
    /// A constant or a static.
    Constant,
    /// A structure, an enumeration or another type.
    Type,
    /// A variant of an enumeration.
    Variant,
    /// A trait.
    Trait,
    /// A module or a crate.
    Module,
    /// A macro or an attribute.
    Macro,
    /// A word of the language.
    Keyword,
    /// A whole piece of code.
    Snippet,
    /// A `:command`.
    Command,
    /// An argument of a command.
    Argument,
    /// A name in a text: a package, a table, a column, a model, a parameter.
    Name,
    /// A file.
    File,
    /// A folder.
    Folder,
}

impl Kind {
    /// The word that JupyterLab shows, and chooses an icon by.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Function => "function",
            Kind::Method => "method",
            Kind::Field => "field",
            Kind::Variable => "variable",
            Kind::Constant => "constant",
            Kind::Type => "class",
            Kind::Variant => "enum member",
            Kind::Trait => "interface",
            Kind::Module => "module",
            Kind::Macro => "macro",
            Kind::Keyword => "keyword",
            Kind::Snippet => "snippet",
            Kind::Command => "magic",
            Kind::Argument | Kind::Name => "value",
            Kind::File => "file",
            Kind::Folder => "folder",
        }
    }
}

/// What is known of the thing at the cursor, in three forms with the same content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// For a console.
    pub plain: String,
    /// As it is written in the source.
    pub markdown: String,
    /// For a notebook; without scripts, and without HTML of the documentation's author.
    pub html: String,
}

impl Inspection {
    pub(crate) fn of_markdown(markdown: String) -> Inspection {
        Inspection { plain: markdown::to_plain(&markdown), html: markdown::to_html(&markdown), markdown }
    }
}
