//! Putting what was found into a document, between two marks.

use crate::options::Framework;
use std::fs;
use std::path::Path;

/// Replaces what stands between the marks of this framework.
pub fn into(path: &Path, framework: Framework, found: &str) -> Result<(), String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|e| wrong(&e))?;
    let new = replaced(&text, framework, found).map_err(|e| wrong(&e))?;
    fs::write(path, new).map_err(|e| wrong(&e))
}

fn replaced(text: &str, framework: Framework, found: &str) -> Result<String, String> {
    let begin = format!("<!-- million {framework}: begin -->");
    let end = format!("<!-- million {framework}: end -->");
    let (before, rest) = text.split_once(&begin).ok_or_else(|| format!("no line {begin:?}"))?;
    let (_, after) =
        rest.split_once(&end).ok_or_else(|| format!("no line {end:?} after {begin:?}"))?;
    Ok(format!("{before}{begin}\n\n{}\n\n{end}{after}", found.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_before_goes() {
        let text = "a\n<!-- million kameo: begin -->\nold\n<!-- million kameo: end -->\nb\n";
        let new = replaced(text, Framework::Kameo, "new\n").unwrap();
        let marks = ("<!-- million kameo: begin -->", "<!-- million kameo: end -->");
        assert_eq!(new, format!("a\n{}\n\nnew\n\n{}\nb\n", marks.0, marks.1));
        assert_eq!(replaced(&new, Framework::Kameo, "new").unwrap(), new);
        assert!(replaced(&new, Framework::Tokio, "new").is_err());
    }
}
