//! What JupyterLab needs of a debugger to show the variables: no breakpoints, no stepping, but their list.
//!
//! The requests are those of the Debug Adapter Protocol with Jupyter's additions. What is not offered is refused with
//! a reason, which a front end shows.

use kovacs_session::Variable;
use serde_json::{Value, json};

/// The answer to one `debug_request`, and whether the front end is to be told that the adapter is ready.
pub(crate) struct Answer {
    pub(crate) content: Value,
    pub(crate) event: Option<Value>,
}

/// Answers the request `content` about a session with these variables.
pub(crate) fn answer(content: &Value, variables: &[Variable]) -> Answer {
    let command = content.get("command").and_then(Value::as_str).unwrap_or_default();
    let argument = |name: &str| content.get("arguments").and_then(|arguments| arguments.get(name));
    let body = match command {
        "initialize" => Ok(json!({
            "supportsSetVariable": false,
            "supportsConditionalBreakpoints": false,
            "supportsExceptionInfoRequest": false,
            "exceptionBreakpointFilters": [],
        })),
        "debugInfo" => Ok(json!({
            "isStarted": true,
            "hashMethod": "Murmur2",
            "hashSeed": 0,
            "tmpFilePrefix": "",
            "tmpFileSuffix": ".rs",
            "breakpoints": [],
            "stoppedThreads": [],
            "richRendering": true,
            "exceptionPaths": [],
            "copyToGlobals": false,
        })),
        "attach" | "launch" | "configurationDone" | "disconnect" | "terminate" | "setExceptionBreakpoints" => {
            Ok(json!({}))
        }
        // None is ever verified: front ends show that they have no effect.
        "setBreakpoints" => {
            let asked = argument("breakpoints").and_then(Value::as_array).map_or(0, Vec::len);
            let none = json!({ "verified": false, "message": "Rust cells have no breakpoints" });
            Ok(json!({ "breakpoints": vec![none; asked] }))
        }
        "threads" => Ok(json!({ "threads": [] })),
        "stackTrace" => Ok(json!({ "stackFrames": [], "totalFrames": 0 })),
        "modules" => Ok(json!({ "modules": [], "totalModules": 0 })),
        "inspectVariables" => Ok(json!({ "variables": variables.iter().map(entry).collect::<Vec<_>>() })),
        // Values have no parts that could be looked at one by one.
        "variables" => Ok(json!({ "variables": [] })),
        "richInspectVariables" => {
            let name = argument("variableName").and_then(Value::as_str).unwrap_or_default();
            match variables.iter().find(|variable| variable.name == name) {
                Some(variable) => Ok(json!({ "data": { "text/plain": description(variable) }, "metadata": {} })),
                None => Err(format!("there is no variable `{name}`")),
            }
        }
        other => Err(format!("`{other}` is not offered: Rust cells are not run step by step")),
    };
    let mut reply = json!({
        "type": "response",
        "seq": content.get("seq"),
        "request_seq": content.get("seq"),
        "command": command,
        "success": body.is_ok(),
    });
    match body {
        Ok(body) => reply["body"] = body,
        Err(message) => reply["message"] = message.into(),
    }
    let ready = command == "attach";
    Answer { content: reply, event: ready.then(|| json!({ "type": "event", "event": "initialized", "seq": 0 })) }
}

fn entry(variable: &Variable) -> Value {
    json!({
        "name": variable.name,
        "evaluateName": variable.name,
        "type": variable.type_name,
        "value": variable.preview.clone().unwrap_or_default(),
        "variablesReference": 0,
        "namedVariables": 0,
        "indexedVariables": 0,
    })
}

fn description(variable: &Variable) -> String {
    let size = variable.bytes.map(|bytes| format!("  // {bytes} bytes")).unwrap_or_default();
    let value = variable.preview.as_ref().map(|text| format!(" = {text}")).unwrap_or_default();
    format!("{}: {}{value}{size}", variable.name, variable.type_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(command: &str, arguments: Value) -> Value {
        let variables =
            [Variable { name: "x".into(), type_name: "i32".into(), bytes: Some(4), preview: Some("7".into()) }];
        answer(&json!({ "seq": 3, "type": "request", "command": command, "arguments": arguments }), &variables).content
    }

    #[test]
    fn variables_are_listed_and_described() {
        let reply = ask("inspectVariables", json!({}));
        assert_eq!(reply["request_seq"], 3);
        assert_eq!(reply["body"]["variables"][0]["value"], "7");
        let reply = ask("richInspectVariables", json!({ "variableName": "x" }));
        assert_eq!(reply["body"]["data"]["text/plain"], "x: i32 = 7  // 4 bytes");
    }

    #[test]
    fn what_is_not_offered_is_refused_with_a_reason() {
        for (command, arguments) in [("stepIn", json!({})), ("richInspectVariables", json!({ "variableName": "y" }))] {
            let reply = ask(command, arguments);
            assert_eq!(reply["success"], false);
            assert!(reply["message"].is_string(), "{reply}");
        }
        let reply = ask("setBreakpoints", json!({ "breakpoints": [{ "line": 1 }, { "line": 2 }] }));
        assert_eq!(reply["body"]["breakpoints"][1]["verified"], false);
    }
}
