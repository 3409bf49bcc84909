//! The attribute macros of actorscope's adapters.
//!
//! Nobody depends on this crate by hand: each adapter exports the macro that is meant for it.

mod kameo;

use proc_macro::TokenStream;

/// Observes a kameo actor: put it on `impl Actor for X`.
///
/// Every actor of that type is then observed, however it is spawned. The attribute wraps `on_start`,
/// `next`, `on_message`, `on_panic` and `on_stop`; those that are missing are added, those that are
/// there do what they did. A `next` of your own is left alone: handling is measured, the queue wait
/// is not.
#[proc_macro_attribute]
pub fn observed_kameo(attribute: TokenStream, item: TokenStream) -> TokenStream {
    kameo::observed(attribute.into(), item.into()).unwrap_or_else(|e| e.to_compile_error()).into()
}
