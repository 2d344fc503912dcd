//! Completion and inspection, as messages. They come from a process of their own and never wait for a cell.

use crate::content::Cursor;
use kovacs_assist::{Assistant, Completions, Inspection};
use kovacs_session::{Session, Variable};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// Who completes and inspects; asked from several threads, also while a cell runs.
pub trait Assist: Send + Sync {
    /// What could stand in front of the character `cursor`.
    ///
    /// # Errors
    /// Why there is no answer; the client gets an empty one.
    fn complete(&self, cell: &str, cursor: usize) -> Result<Completions, String>;

    /// What the name at the character `cursor` is; `with_source` adds its definition.
    ///
    /// # Errors
    /// Why there is no answer; the client gets an empty one.
    fn inspect(&self, cell: &str, cursor: usize, with_source: bool) -> Result<Option<Inspection>, String>;

    /// Tells of a cell that succeeded, and of the variables that are alive now.
    fn commit(&self, cell: &str, variables: Vec<Variable>);

    /// Tells that the session has forgotten everything.
    fn reset(&self);
}

/// Makes the assistant of a session that has just started.
pub type StartAssist = Arc<dyn Fn(&Session) -> Arc<dyn Assist> + Send + Sync>;

/// The assistant whose analyser is `executable` in another role, for cells that run in `folder`. It gets ready while
/// the user reads.
pub fn analyser(executable: PathBuf, folder: PathBuf) -> StartAssist {
    Arc::new(move |session| {
        let assistant = Assistant::new(executable.clone(), session.sources(), folder.clone());
        if let Err(error) = assistant.warm_up() {
            crate::log(&format!("no completion and no inspection: {error}"));
        }
        Arc::new(assistant)
    })
}

impl Assist for Assistant {
    fn complete(&self, cell: &str, cursor: usize) -> Result<Completions, String> {
        Assistant::complete(self, cell, cursor).map_err(|error| error.to_string())
    }

    fn inspect(&self, cell: &str, cursor: usize, with_source: bool) -> Result<Option<Inspection>, String> {
        Assistant::inspect(self, cell, cursor, with_source).map_err(|error| error.to_string())
    }

    fn commit(&self, cell: &str, variables: Vec<Variable>) {
        Assistant::commit(self, cell, variables);
    }

    fn reset(&self) {
        Assistant::reset(self);
    }
}

/// `complete_reply`; without an assistant there is nothing to choose from.
pub(crate) fn completions(assist: Option<&dyn Assist>, cursor: &Cursor) -> Value {
    let at = cursor.position();
    let nothing = || Completions { start: at, end: at, items: Vec::new() };
    let found = assist.map_or_else(nothing, |assist| {
        assist.complete(&cursor.code, at).unwrap_or_else(|message| {
            crate::log(&format!("no completion: {message}"));
            nothing()
        })
    });
    let types: Vec<Value> = found
        .items
        .iter()
        .map(|item| {
            json!({
                "text": item.text,
                "displayText": item.label,
                "type": item.kind.name(),
                "signature": item.type_name,
                "documentation": item.documentation,
                "snippet": item.snippet,
                "start": found.start,
                "end": found.end,
            })
        })
        .collect();
    json!({
        "status": "ok",
        "matches": found.items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>(),
        "cursor_start": found.start,
        "cursor_end": found.end,
        "metadata": { "_jupyter_types_experimental": types },
    })
}

/// `inspect_reply`
pub(crate) fn inspection(assist: Option<&dyn Assist>, cursor: &Cursor) -> Value {
    let data = look_up(assist, &cursor.code, cursor.position(), cursor.detail_level > 0);
    json!({
        "status": "ok",
        "found": data.is_some(),
        "data": data.unwrap_or_else(|| json!({})),
        "metadata": {},
    })
}

/// What is known of the name at `cursor`, by MIME type.
pub(crate) fn look_up(assist: Option<&dyn Assist>, code: &str, cursor: usize, with_source: bool) -> Option<Value> {
    let found = assist?.inspect(code, cursor, with_source).unwrap_or_else(|message| {
        crate::log(&format!("no inspection: {message}"));
        None
    })?;
    Some(json!({ "text/plain": found.plain, "text/markdown": found.markdown, "text/html": found.html }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kovacs_assist::{Completion, Kind};

    struct Fixed;

    impl Assist for Fixed {
        fn complete(&self, cell: &str, cursor: usize) -> Result<Completions, String> {
            if cell.is_empty() {
                return Err("nothing to complete".into());
            }
            let item = Completion {
                text: "push".into(),
                label: "push(…)".into(),
                kind: Kind::Method,
                type_name: Some("fn(&mut self, T)".into()),
                documentation: None,
                snippet: None,
            };
            Ok(Completions { start: cursor - 2, end: cursor, items: vec![item] })
        }

        fn inspect(&self, _cell: &str, _cursor: usize, with_source: bool) -> Result<Option<Inspection>, String> {
            let text = if with_source { "fn f() {}" } else { "fn f()" };
            Ok(Some(Inspection { plain: text.into(), markdown: text.into(), html: text.into() }))
        }

        fn commit(&self, _cell: &str, _variables: Vec<Variable>) {}

        fn reset(&self) {}
    }

    fn cursor(content: Value) -> Cursor {
        crate::content::read(&content).expect("a cursor")
    }

    #[test]
    fn completions_carry_their_types() {
        let reply = completions(Some(&Fixed), &cursor(json!({ "code": "é.pu", "cursor_pos": 4 })));
        assert_eq!(reply["matches"], json!(["push"]));
        assert_eq!((&reply["cursor_start"], &reply["cursor_end"]), (&json!(2), &json!(4)));
        assert_eq!(reply["metadata"]["_jupyter_types_experimental"][0]["type"], "method");
    }

    #[test]
    fn what_fails_is_an_empty_answer() {
        for assist in [None, Some(&Fixed as &dyn Assist)] {
            let reply = completions(assist, &cursor(json!({ "code": "" })));
            assert_eq!((&reply["status"], &reply["matches"]), (&json!("ok"), &json!([])));
        }
        assert_eq!(inspection(None, &cursor(json!({ "code": "f" })))["found"], false);
    }

    #[test]
    fn the_level_of_detail_is_passed_on() {
        let reply = inspection(Some(&Fixed), &cursor(json!({ "code": "f", "detail_level": 1 })));
        assert_eq!(reply["data"]["text/plain"], "fn f() {}");
    }
}
