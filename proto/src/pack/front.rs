//! Lists of texts that begin alike: what a text shares with the one before is left out.

use super::MAX_TEXT_BYTES;
use crate::convert::Malformed;
use crate::v1;

/// Leaves out what texts share with the one before, and says how much that is.
pub(super) fn shorten(texts: &mut [String]) -> Vec<u32> {
    let mut shared = vec![0; texts.len()];
    for at in (1..texts.len()).rev() {
        let (before, rest) = texts.split_at_mut(at);
        let (before, text) = (&before[at - 1], &mut rest[0]);
        let alike = before.chars().zip(text.chars()).take_while(|(a, b)| a == b);
        let alike: usize = alike.map(|(c, _)| c.len_utf8()).sum();
        text.drain(..alike);
        shared[at] = alike as u32;
    }
    shared
}

/// Spells out the texts and names of rows, in place. Whoever changes them does so after this. Rows
/// that are spelled out stay as they are.
pub fn spell_out(rows: &mut v1::Rows) -> Result<(), Malformed> {
    lengthen(&mut rows.texts, std::mem::take(&mut rows.texts_shared), "texts_shared")?;
    lengthen(&mut rows.names, std::mem::take(&mut rows.names_shared), "names_shared")
}

fn lengthen(texts: &mut [String], shared: Vec<u32>, field: &'static str) -> Result<(), Malformed> {
    if shared.is_empty() {
        return Ok(());
    }
    if shared.len() != texts.len() {
        return Err(Malformed::new(field, (shared.len(), texts.len())));
    }
    let (mut before, mut bytes) = ("", 0usize);
    for (text, shared) in texts.iter_mut().zip(shared) {
        let alike = usize::try_from(shared).ok().and_then(|shared| before.get(..shared));
        let alike = alike.ok_or_else(|| Malformed::new(field, shared))?;
        bytes += alike.len() + text.len();
        // Little is sent for much.
        if bytes > MAX_TEXT_BYTES {
            return Err(Malformed::new(field, format!("more than {MAX_TEXT_BYTES} bytes")));
        }
        text.insert_str(0, alike);
        before = text;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_differs_is_left() {
        let mut names = ["worker-1", "worker-12", "über", "üx", ""].map(str::to_owned);
        assert_eq!(shorten(&mut names), [0, 8, 0, 2, 0]);
        assert_eq!(names, ["worker-1", "2", "über", "x", ""]);
    }

    #[test]
    fn little_cannot_become_much() {
        let rows = |shared: Vec<u32>, first: usize| v1::Rows {
            names: std::iter::once("x".repeat(first))
                .chain(vec![String::new(); shared.len() - 1])
                .collect(),
            names_shared: shared,
            ..v1::Rows::default()
        };
        let mut bomb = rows([vec![0], vec![500_000; 900]].concat(), 500_000);
        assert!(spell_out(&mut bomb).unwrap_err().to_string().contains("`names_shared`"));
        for wrong in [vec![1, 0], vec![0, 9]] {
            assert!(spell_out(&mut rows(wrong, 3)).is_err());
        }
        let mut inside = rows(vec![0, 1], 0);
        inside.names[0] = "ü".to_owned();
        assert!(spell_out(&mut inside).is_err(), "half a character");
    }

    proptest! {
        #[test]
        fn texts_come_back(texts in proptest::collection::vec("[aüb]{0,5}", 0..9)) {
            let mut short = texts.clone();
            let shared = shorten(&mut short);
            lengthen(&mut short, shared, "texts").unwrap();
            prop_assert_eq!(short, texts);
        }
    }
}
