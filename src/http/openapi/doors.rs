//! Which operations need a key, and how they are refused without one.

use serde_json::{Value, json};

use super::super::problem::PROBLEM;

/// What needs a key wherever the server stands, and what the key must be good for.
const KEYED: [(&str, &str, &str); 3] = [
    ("/api/v1/articles", "post", "write"),
    ("/api/v1/articles/{id}", "delete", "write"),
    ("/api/v1/runs/{id}", "delete", "admin"),
];

/// What nobody is kept from.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/version"];

pub(super) fn add(description: &mut Value) {
    description["components"]["securitySchemes"] = json!({
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key as `broadsheet key create` makes it; also as the password of HTTP Basic, with any name",
        },
    });
    for (path, operations) in description["paths"].as_object_mut().into_iter().flatten() {
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            let keyed = KEYED.iter().find(|(keyed, with, _)| keyed == path && with == method);
            // An empty requirement: none, unless the server is configured otherwise.
            operation["security"] = if keyed.is_some() { json!([{"key": []}]) } else { json!([{}, {"key": []}]) };
            let needed = match keyed {
                Some((.., scope)) => {
                    format!("No key was shown, or not one that is good; it takes one with the scope `{scope}`")
                }
                None => "A key was shown that is none, or reading needs one here".to_owned(),
            };
            refuse(operation, "401", &needed);
            let too_often = "Too often, where a limit is configured; `Retry-After` says when to ask again";
            refuse_also(operation, "429", too_often);
            if let Some((.., scope)) = keyed {
                refuse_also(operation, "403", &format!("The key has not the scope `{scope}`"));
            }
        }
    }
}

/// Beside what it is refused for already with this status.
fn refuse_also(operation: &mut Value, status: &str, description: &str) {
    let known = operation["responses"][status]["description"].as_str().unwrap_or_default();
    let before = if known.is_empty() { String::new() } else { format!("{known}. Or: ") };
    refuse(operation, status, &format!("{before}{description}"));
}

fn refuse(operation: &mut Value, status: &str, description: &str) {
    operation["responses"][status] = json!({
        "description": description,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
}
