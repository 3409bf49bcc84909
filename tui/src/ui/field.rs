//! A line of text that is being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::ops::Range;

/// Most characters taken; verbs' reasons and filters are short.
const MAX_CHARS: usize = 200;

/// The text and where the next character goes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Field {
    text: String,
    /// Characters before the cursor.
    cursor: usize,
}

impl Field {
    /// A field that already holds something, the cursor behind it.
    pub fn with(text: &str) -> Self {
        let mut field = Self::default();
        field.insert(text);
        field
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before and after the cursor.
    pub fn parts(&self) -> (&str, &str) {
        self.text.split_at(self.byte())
    }

    /// Puts text at the cursor; control characters (a pasted line break, say) become spaces.
    pub fn insert(&mut self, text: &str) {
        let room = MAX_CHARS.saturating_sub(self.text.chars().count());
        for c in text.chars().take(room) {
            let at = self.byte();
            let c = if c.is_control() { ' ' } else { c };
            self.text.insert(at, c);
            self.cursor += 1;
        }
    }

    /// Puts text in the place of bytes up to the cursor, which goes behind it.
    pub fn replace(&mut self, bytes: Range<usize>, text: &str) {
        if let Some(old) = self.text.get(bytes.clone()) {
            self.cursor = self.text[..bytes.start].chars().count();
            let room = MAX_CHARS + old.chars().count() - self.text.chars().count();
            let text: String = text.chars().take(room).collect();
            self.cursor += text.chars().count();
            self.text.replace_range(bytes, &text);
        }
    }

    /// Takes a key that edits; false if it is none.
    pub fn edit(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('u') if ctrl => {
                self.text.drain(..self.byte());
                self.cursor = 0;
            }
            KeyCode::Char('w') if ctrl => self.delete_word(),
            KeyCode::Char('a') if ctrl => self.cursor = 0,
            KeyCode::Char('e') if ctrl => self.cursor = self.text.chars().count(),
            KeyCode::Char(_) if ctrl || key.modifiers.contains(KeyModifiers::ALT) => return false,
            KeyCode::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                let at = self.byte();
                self.text.remove(at);
            }
            KeyCode::Backspace => {}
            KeyCode::Delete => {
                let at = self.byte();
                if at < self.text.len() {
                    self.text.remove(at);
                }
            }
            KeyCode::Left => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Right => self.cursor = (self.cursor + 1).min(self.text.chars().count()),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.chars().count(),
            _ => return false,
        }
        true
    }

    fn delete_word(&mut self) {
        let end = self.byte();
        let kept = self.text[..end].trim_end();
        let start = kept.rfind(' ').map_or(0, |space| space + 1);
        self.text.drain(start..end);
        self.cursor = self.text[..start].chars().count();
    }

    /// Where the cursor stands, in bytes.
    fn byte(&self) -> usize {
        self.text.char_indices().nth(self.cursor).map_or(self.text.len(), |(i, _)| i)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(field: &mut Field, code: KeyCode) {
        field.edit(KeyEvent::new(code, KeyModifiers::NONE));
    }

    #[test]
    fn characters_go_where_the_cursor_is() {
        let mut field = Field::with("käse");
        press(&mut field, KeyCode::Left);
        press(&mut field, KeyCode::Backspace);
        press(&mut field, KeyCode::Char('ß'));
        assert_eq!(field.text(), "käße");
        assert_eq!(field.parts(), ("käß", "e"));
        press(&mut field, KeyCode::Delete);
        press(&mut field, KeyCode::Delete);
        assert_eq!(field.text(), "käß");
    }

    #[test]
    fn words_and_lines_are_deleted() {
        let mut field = Field::with("one two ");
        field.edit(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(field.text(), "one ");
        field.edit(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(field.text(), "");
    }

    #[test]
    fn pasted_line_breaks_are_spaces_and_length_is_bounded() {
        assert_eq!(Field::with("a\nb").text(), "a b");
        assert_eq!(Field::with(&"x".repeat(1_000)).text().len(), MAX_CHARS);
    }
}
