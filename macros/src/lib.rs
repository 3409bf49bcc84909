//! The macros of actorscope's adapters.
//!
//! Nobody depends on this crate by hand: each adapter exports the macros that are meant for it.

mod kameo;
mod ractor;

use proc_macro::TokenStream;

/// Observes a kameo actor: put it on `impl Actor for X`.
///
/// Every actor of that type is then observed, however it is spawned. The attribute wraps `on_start`,
/// `next`, `on_message`, `on_panic` and `on_stop`; those that are missing are added, those that are
/// there do what they did.
///
/// `#[observed(state)]` lets an operator ask for the actor's `Debug` output, if the host allows it.
///
/// A `next` of your own keeps choosing the messages: handling is measured and verbs work, the queue
/// wait is not known. With an `on_message` of your own, the time it takes is the handling time.
#[proc_macro_attribute]
pub fn observed_kameo(attribute: TokenStream, item: TokenStream) -> TokenStream {
    kameo::observed(attribute.into(), item.into()).into()
}

/// `#[derive(Actor)]` as kameo's own, but observed: `Args = Self`, no errors, the type's name.
///
/// `#[actor(name = "…")]` gives it another name, as with kameo's; `#[actor(state)]` lets an operator
/// ask for its `Debug` output, if the host allows it.
#[proc_macro_derive(Actor, attributes(actor))]
pub fn derive_kameo_actor(item: TokenStream) -> TokenStream {
    kameo::derive(item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a type a ractor message that carries the instant at which it is sent, in builds with ractor's
/// feature `cluster`. To be written instead of `impl ractor::Message for X {}`.
#[proc_macro_derive(ObservedMessage)]
pub fn derive_ractor_message(item: TokenStream) -> TokenStream {
    ractor::derive(item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
