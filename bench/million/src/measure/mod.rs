//! What is measured, one thing a file.

pub mod agent;
pub mod churn;
pub mod first;
pub mod frame;
pub mod host;
pub mod screen;
pub mod wire;
