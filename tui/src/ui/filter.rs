//! The filter language while it is typed: which rows are shown meanwhile, what is wrong and where,
//! how it may go on.

use super::attached::Attached;
use super::field::Field;
use super::severity::Severity;
use super::text;
use super::theme::Theme;
use actorscope_core::filter::{self, Candidate, Filter, Known, Problem};
use ratatui::text::{Line, Span};
use std::collections::BTreeSet;

/// In front of what is typed.
pub const PROMPT: &str = "filter: ";

/// Cells in front of that in its line.
const BEFORE_PROMPT: usize = 1;

/// What can be typed.
const EXAMPLES: &str =
    "text  state:failed  under:/path  depth>100  wait.p99>5ms  name~regex   | or   ! not   ( )";

/// What a text means: while it is not right yet, its longest beginning that is, so that rows do not
/// jump with each key.
pub fn wanted(typed: &str) -> Filter {
    let mut whole = typed;
    loop {
        match Filter::parse(whole) {
            Ok(filter) => return filter,
            Err(_) => match whole.trim_end().rsplit_once(char::is_whitespace) {
                Some((beginning, _)) => whole = beginning,
                None => return Filter::all(),
            },
        }
    }
}

/// What is wrong with a text.
pub fn problem(typed: &str) -> Option<Problem> {
    Filter::parse(typed).err()
}

/// Goes on as far as there is only one way; false if there is none or several.
pub fn complete(attached: &Attached, field: &mut Field) -> bool {
    let candidates = candidates(attached, field);
    let Some(first) = candidates.first() else { return false };
    let mut common = first.with.as_str();
    for other in &candidates {
        let same = common.char_indices().zip(other.with.chars()).find(|((_, a), b)| a != b);
        let len = same.map_or(common.len().min(other.with.len()), |((i, _), _)| i);
        common = common.get(..len).unwrap_or_default();
    }
    let typed = field.text().get(first.replaces.clone()).unwrap_or_default();
    if common.len() <= typed.len() && common != first.with {
        return false;
    }
    field.replace(first.replaces.clone(), common);
    true
}

fn candidates(attached: &Attached, field: &Field) -> Vec<Candidate> {
    let rows = || attached.shown().flat_map(|view| view.identities.values());
    let texts = |of: &dyn Fn() -> BTreeSet<String>| of().into_iter().collect::<Vec<_>>();
    let types = texts(&|| rows().map(|(who, _)| who.actor_type.to_string()).collect());
    let frameworks = texts(&|| rows().map(|(who, _)| who.framework.to_string()).collect());
    let paths = texts(&|| rows().map(|(_, path)| path.clone()).collect());
    let known = Known { types: &types, frameworks: &frameworks, paths: &paths };
    filter::complete(field.text(), field.parts().0.len(), &known)
}

/// The line above the prompt: what is wrong, with a mark above its place; or how it may go on. `None` =
/// there is nothing to say.
pub fn hint(
    attached: &Attached,
    field: &Field,
    width: usize,
    theme: Theme,
) -> Option<Line<'static>> {
    let typed = field.text();
    let unfinished = field.parts().1.is_empty();
    let candidates = candidates(attached, field);
    if let Some(problem) = problem(typed).filter(|_| !unfinished || candidates.is_empty()) {
        return Some(wrong(typed, &problem, width, theme));
    }
    let line = match candidates.as_slice() {
        _ if typed.is_empty() => EXAMPLES.to_owned(),
        _ if !unfinished => return None,
        [] => return None,
        [only] if !only.help.is_empty() => format!("{}  {}", only.with, only.help),
        several => several.iter().map(|one| one.with.as_str()).collect::<Vec<_>>().join("  "),
    };
    Some(Line::from(Span::styled(text::fit(&line, width).into_owned(), theme.faint())))
}

/// Carets in the columns of what is wrong, as it stands in the line below; what it is beside them, on
/// the side with more room.
fn wrong(typed: &str, problem: &Problem, width: usize, theme: Theme) -> Line<'static> {
    let cells = |range: std::ops::Range<usize>| text::width(typed.get(range).unwrap_or_default());
    let before = BEFORE_PROMPT + PROMPT.len() + cells(0..problem.at.start);
    let carets = "v".repeat(cells(problem.at.clone()).max(1));
    let severe = theme.severity(Severity::Severe);
    let room = width.saturating_sub(before + carets.len() + 1);
    let message = problem.to_string();
    if room >= text::width(&message) || room >= before {
        let message = text::fit(&message, room).into_owned();
        return Line::from(vec![
            Span::raw(" ".repeat(before)),
            Span::styled(format!("{carets} {message}"), severe),
        ]);
    }
    let message = text::fit(&message, before.saturating_sub(1)).into_owned();
    let gap = before.saturating_sub(text::width(&message));
    Line::from(vec![Span::styled(format!("{message}{}{carets}", " ".repeat(gap)), severe)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_it_is_typed_the_longest_right_beginning_counts() {
        for (typed, wanted_text) in [
            ("room", "room"),
            ("room depth>", "room"),
            ("room depth>1", "room depth>1"),
            ("room (lobby", "room"),
            ("depth>", ""),
            ("", ""),
        ] {
            assert_eq!(wanted(typed).text(), wanted_text, "{typed:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_shown_above_its_place() {
        let theme = Theme { colors: crate::ui::theme::Colors::None, ascii: false };
        let line =
            |typed: &str, width| wrong(typed, &problem(typed).unwrap(), width, theme).to_string();
        assert_eq!(
            line("depth>many", 60),
            "               vvvv expected a number such as 100 or 1.5k"
        );
        let narrow = line("größe_größe_größe_größe depth>many", 50);
        assert_eq!(narrow, "expected a number such as 100 or 1.5k  ".to_owned() + "vvvv");
    }
}
