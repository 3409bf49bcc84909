//! The terminal UI from the outside: keys in, screens out.

#[path = "ui/bench.rs"]
mod bench;
#[path = "ui/screens.rs"]
mod screens;
#[path = "ui/world.rs"]
mod world;
