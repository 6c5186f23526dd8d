//! What axe-core finds wrong with a page for people who use a keyboard, a screen reader or tired eyes.

use super::browser::Browser;
use serde_json::Value;
use std::fmt::Write as _;

/// axe-core 4.14.1 (MPL-2.0), as published.
const AXE: &str = include_str!("../../assets/axe-core/axe.min.js");

/// Every violation on the page, as lines of rule, impact, help and the elements it is about.
pub(crate) async fn violations(browser: &Browser) -> Vec<String> {
    if browser.run("return !window.axe").await == true {
        browser.run(AXE).await;
    }
    let found = browser
        .run_until_done(
            "axe.run(document, { resultTypes: ['violations'] })
                .then(results => done({ violations: results.violations }), error => done({ error: String(error) }));",
        )
        .await;
    assert!(found["error"].is_null(), "axe-core fails: {}", found["error"]);
    let violations = found["violations"].as_array().expect("axe-core answers with a list");
    violations.iter().map(describe).collect()
}

/// Claims that axe-core finds nothing wrong with the page that is open.
pub(crate) async fn assert_accessible(browser: &Browser, what: &str) {
    let violations = violations(browser).await;
    assert!(violations.is_empty(), "{what} is not accessible:\n{}", violations.join("\n"));
}

fn describe(violation: &Value) -> String {
    let word = |key: &str| violation[key].as_str().unwrap_or("?").to_owned();
    let mut text = format!("{} ({}): {}", word("id"), word("impact"), word("help"));
    for node in violation["nodes"].as_array().into_iter().flatten() {
        let _ = write!(text, "\n    {} {}", node["target"], node["html"].as_str().unwrap_or_default());
        for check in ["any", "all", "none"].iter().flat_map(|group| node[group].as_array().into_iter().flatten()) {
            let _ = write!(text, "\n        {}", check["message"].as_str().unwrap_or_default());
        }
    }
    text
}
