//! `#[observed]` on `impl kameo::Actor for X`, and the derive that writes such an `impl`.

mod arguments;
mod derive;
mod hooks;

use arguments::Arguments;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, ImplItem, ItemImpl, Result, parse2};

pub use derive::derive;

const PLACE: &str = "`#[observed]` goes on `impl Actor for X { … }`";

/// The expansion, with what is wrong behind it: what could be understood is there all the same, so
/// that one mistake is one message.
pub fn observed(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let (arguments, mistake) = match Arguments::parse(attribute) {
        Ok(arguments) => (arguments, None),
        Err(error) => (Arguments::default(), Some(error.into_compile_error())),
    };
    match impl_actor(item.clone()).and_then(|item| observe(arguments, item)) {
        Ok(expanded) => quote!(#expanded #mistake),
        Err(error) => {
            let error = error.into_compile_error();
            quote!(#item #error)
        }
    }
}

fn impl_actor(item: TokenStream) -> Result<ItemImpl> {
    let item: ItemImpl = parse2(item).map_err(|e| Error::new(e.span(), PLACE))?;
    let Some((_, path, _)) = &item.trait_ else {
        return Err(Error::new_spanned(item.self_ty, PLACE));
    };
    if path.segments.last().is_none_or(|last| last.ident != "Actor") {
        return Err(Error::new_spanned(path, PLACE));
    }
    Ok(item)
}

/// Wraps the hooks that are there and adds those that are not.
fn observe(arguments: Arguments, mut item: ItemImpl) -> Result<TokenStream> {
    let mut there = Vec::new();
    let own_next = own_next(&item);
    if let (Some(state), Some(next)) = (arguments.state, &own_next) {
        let mut error = Error::new(
            state,
            "an Actor with a `next` of its own can't be asked for its state: it is printed while \
             the Actor waits for a message, which is what `next` does",
        );
        error.combine(Error::new_spanned(next, "this is the `next`"));
        return Err(error);
    }
    let with = hooks::With { own_next: own_next.is_some(), state: arguments.state };
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else {
            continue;
        };
        there.push(function.sig.ident.to_string());
        with.wrap(function)?;
    }
    for function in with.defaults() {
        if !there.iter().any(|name| function.sig.ident == name) {
            item.items.push(ImplItem::Fn(function));
        }
    }
    let (generics, _, bounds) = item.generics.split_for_impl();
    let actor = &item.self_ty;
    Ok(quote! {
        #item
        #[automatically_derived]
        impl #generics ::actorscope_kameo::Observed for #actor #bounds {}
    })
}

/// The name of the user's own `next`.
fn own_next(item: &ItemImpl) -> Option<syn::Ident> {
    item.items.iter().find_map(|member| match member {
        ImplItem::Fn(function) if function.sig.ident == "next" => Some(function.sig.ident.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(attribute: TokenStream, item: TokenStream) -> String {
        let out = observed(attribute, item);
        assert!(!out.to_string().contains("compile_error"), "{out}");
        out.to_string()
    }

    /// The message of the one error in an expansion.
    fn refusal(attribute: TokenStream, item: TokenStream) -> String {
        let out = observed(attribute, item).to_string();
        assert!(out.contains("compile_error"), "{out}");
        out
    }

    fn room(extra: TokenStream) -> TokenStream {
        quote! {
            impl Actor for Room {
                type Args = Self;
                type Error = Infallible;
                async fn on_start(args: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
                    Ok(args)
                }
                #extra
            }
        }
    }

    #[test]
    fn what_is_missing_is_added_and_what_is_there_is_kept() {
        let own = room(quote!(
            async fn next(&mut self, r: W, rx: &mut M) -> R {
                own(rx).await
            }
        ));
        let out = expand(quote!(), own);
        for name in ["next", "on_message", "on_stop", "on_undelivered"] {
            assert_eq!(out.matches(&format!("fn {name} (")).count(), 1, "{name}");
        }
        assert!(out.contains("own_next") && out.contains("own (rx)"), "{out}");
        assert!(out.contains("Observed for Room"));
    }

    #[test]
    fn messages_that_the_user_takes_back_are_not_lost() {
        let own = room(quote!(
            async fn on_undelivered(&mut self, _: R, m: Vec<M>) -> E {
                keep(m)
            }
        ));
        let out = expand(quote!(), own);
        assert!(out.contains("keep (m)") && !out.contains("__private :: undelivered"), "{out}");
    }

    #[test]
    fn the_state_is_printed_only_when_that_is_said() {
        assert!(expand(quote!(state), room(quote!())).contains("printer"));
        assert!(!expand(quote!(), room(quote!())).contains("printer"));
    }

    #[test]
    fn generics_and_bounds_go_along() {
        let out = expand(
            quote!(),
            quote! {
                impl<T: Work, const N: usize> kameo::Actor for Room<T, N> where T: Send + 'static {
                    async fn on_start(a: Self, r: ActorRef<Self>) -> Result<Self, E> { Ok(a) }
                }
            },
        );
        let expected = "impl < T : Work , const N : usize > :: actorscope_kameo :: Observed for \
                        Room < T , N > where T : Send + 'static";
        assert!(out.contains(expected), "{out}");
    }

    #[test]
    fn it_says_where_it_belongs_and_keeps_what_it_was_put_on() {
        for wrong in [
            quote!(
                struct Room;
            ),
            quote!(impl Room {}),
            quote!(impl Drop for Room {}),
        ] {
            let out = refusal(quote!(), wrong.clone());
            assert!(out.contains("impl Actor for X"), "{out}");
            assert!(out.starts_with(&wrong.to_string()), "{out}");
        }
    }

    #[test]
    fn a_wrong_argument_is_one_message_and_the_actor_is_there() {
        let out = refusal(quote!(name = "x"), room(quote!()));
        assert!(out.contains("it knows `state`") && out.contains("Observed for Room"), "{out}");
    }

    #[test]
    fn a_next_of_its_own_and_state_do_not_go_together() {
        let own = room(quote!(
            async fn next(&mut self, r: W, rx: &mut M) -> R {
                own(rx).await
            }
        ));
        let out = refusal(quote!(state), own);
        assert!(out.contains("a `next` of its own") && out.contains("this is the `next`"), "{out}");
    }

    #[test]
    fn hooks_with_too_few_arguments_are_named() {
        let out = refusal(
            quote!(),
            room(quote!(
                async fn on_stop(&mut self) -> R {
                    end()
                }
            )),
        );
        assert!(out.contains("`on_stop` of an Actor has more arguments"), "{out}");
    }
}
