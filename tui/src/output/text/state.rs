//! What an actor printed of itself.

use actorscope_client::Dumped;

/// The text alone, so that it can be searched and compared.
pub fn state(dumped: &Dumped) -> String {
    let mut text = dumped.text.clone();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
