//! What was perhaps meant by a word that is not known.

/// The one of `words` that differs from `word` in the fewest letters, if it is close at all.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, found) =
        words.into_iter().map(|other| (distance(word, other), other)).min_by_key(|(d, _)| *d)?;
    (distance <= 2.max(found.len() / 3)).then_some(found)
}

/// Says that there is no such thing, and what was perhaps meant or what there is.
pub fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(found) => format!("there is no {what} `{word}`; did you mean `{found}`?"),
        None => format!("there is no {what} `{word}`; there are {}", known.join(", ")),
    }
}

/// Letters to insert, delete or replace to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_are_close_are_offered() {
        let words = ["sort-right", "sort-left", "pause"];
        assert_eq!(nearest("sort-rihgt", words), Some("sort-right"));
        assert_eq!(nearest("puase", words), Some("pause"));
        assert_eq!(nearest("frobnicate", words), None);
        assert_eq!(nearest("x", []), None);
        assert_eq!(
            unknown("verb", "stpo", &["stop"]),
            "there is no verb `stpo`; did you mean `stop`?"
        );
        assert_eq!(
            unknown("verb", "eat", &["stop", "kill"]),
            "there is no verb `eat`; there are stop, kill"
        );
    }
}
