//! Text for people: aligned columns with a line of headings, or a page. What is not known is `n/a`.

mod agents;
mod events;
mod histogram;
mod links;
mod rows;
mod show;
mod state;
mod verb;

pub use agents::agents;
pub use events::{event_headings, event_line, events};
pub use rows::{Tree, heading, top, tree_heading};
pub use show::show;
pub use state::state;
pub use verb::{acted, radius};

#[cfg(test)]
mod tests;
