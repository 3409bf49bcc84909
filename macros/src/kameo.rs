//! `#[observed]` on `impl kameo::Actor for X`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Error, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, Pat, Result, parse_quote, parse2};

pub fn observed(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    if !attribute.is_empty() {
        return Err(Error::new_spanned(attribute, "`#[observed]` takes no arguments"));
    }
    let mut item: ItemImpl = parse2(item)
        .map_err(|e| Error::new(e.span(), "`#[observed]` goes on `impl Actor for X { … }`"))?;
    let is_actor = item
        .trait_
        .as_ref()
        .and_then(|(_, path, _)| path.segments.last())
        .is_some_and(|last| last.ident == "Actor");
    if !is_actor {
        return Err(Error::new_spanned(
            item.self_ty,
            "`#[observed]` goes on `impl Actor for X { … }`",
        ));
    }
    let mut there = Vec::new();
    let own_next = find(&item, "next");
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else {
            continue;
        };
        let name = function.sig.ident.to_string();
        match name.as_str() {
            "on_start" => wrap_on_start(function, own_next)?,
            "on_message" => wrap_on_message(function)?,
            "on_panic" => wrap_on_panic(function)?,
            "on_stop" => wrap_on_stop(function)?,
            _ => {}
        }
        there.push(name);
    }
    if !there.iter().any(|n| n == "on_start") {
        return Err(Error::new_spanned(&item.self_ty, "an Actor needs `on_start`"));
    }
    for (name, function) in defaults() {
        if !there.iter().any(|n| n == name) {
            item.items.push(ImplItem::Fn(function));
        }
    }
    let (generics, _, bounds) = item.generics.split_for_impl();
    let actor = &item.self_ty;
    Ok(quote! {
        #item
        impl #generics ::actorscope_kameo::Observed for #actor #bounds {}
    })
}

fn find(item: &ItemImpl, name: &str) -> bool {
    item.items.iter().any(|m| matches!(m, ImplItem::Fn(f) if f.sig.ident == name))
}

/// What is added when the user has none.
fn defaults() -> Vec<(&'static str, ImplItemFn)> {
    vec![
        (
            "next",
            parse_quote! {
                async fn next(
                    &mut self,
                    actor_ref: ::actorscope_kameo::__private::WeakActorRef<Self>,
                    mailbox_rx: &mut ::actorscope_kameo::__private::MailboxReceiver<Self>,
                ) -> ::core::result::Result<
                    ::core::option::Option<::actorscope_kameo::__private::Signal<Self>>,
                    Self::Error,
                > {
                    ::core::result::Result::Ok(
                        ::actorscope_kameo::__private::next(&actor_ref, mailbox_rx).await,
                    )
                }
            },
        ),
        (
            "on_message",
            parse_quote! {
                async fn on_message(
                    &mut self,
                    msg: ::actorscope_kameo::__private::BoxMessage<Self>,
                    actor_ref: ::actorscope_kameo::__private::ActorRef<Self>,
                    tx: ::core::option::Option<::actorscope_kameo::__private::BoxReplySender>,
                    stop: &mut bool,
                ) -> ::core::result::Result<
                    (),
                    ::std::boxed::Box<dyn ::actorscope_kameo::__private::ReplyError>,
                > {
                    use ::actorscope_kameo::__private::DynMessage as _;
                    let __id = actor_ref.id();
                    ::actorscope_kameo::__private::handle(
                        __id,
                        msg.handle_dyn(self, actor_ref, tx, stop),
                    )
                    .await
                }
            },
        ),
        (
            "on_stop",
            parse_quote! {
                async fn on_stop(
                    &mut self,
                    actor_ref: ::actorscope_kameo::__private::WeakActorRef<Self>,
                    reason: ::actorscope_kameo::__private::ActorStopReason,
                ) -> ::core::result::Result<(), Self::Error> {
                    ::actorscope_kameo::__private::stopped(&actor_ref, &reason);
                    ::core::result::Result::Ok(())
                }
            },
        ),
    ]
}

/// Gives the n-th typed argument a name and returns it; a pattern moves into a `let` in the body.
fn name_argument(function: &mut ImplItemFn, n: usize) -> Result<Ident> {
    let what = format!("`{}` of an Actor has more arguments", function.sig.ident);
    let error = Error::new_spanned(&function.sig, what);
    let mut typed = function.sig.inputs.iter_mut().filter_map(|argument| match argument {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let argument = typed.nth(n).ok_or(error)?;
    if let Pat::Ident(named) = &mut *argument.pat
        && named.by_ref.is_none()
        && named.subpat.is_none()
    {
        return Ok(named.ident.clone());
    }
    let name = format_ident!("__argument_{n}");
    let pattern = std::mem::replace(&mut *argument.pat, parse_quote!(#name));
    if !matches!(pattern, Pat::Wild(_)) {
        let body = &function.block;
        function.block = parse_quote!({ let #pattern = #name; #body });
    }
    Ok(name)
}

/// The body as a future, whether the function is `async` or returns one.
fn body_future(function: &ImplItemFn) -> TokenStream {
    let body = &function.block;
    if function.sig.asyncness.is_some() {
        quote!(async move #body)
    } else {
        // A closure, so that `return` in the body means what it meant.
        quote!((move || #body)())
    }
}

/// Puts `future` in the place of the body.
fn replace_body(function: &mut ImplItemFn, prologue: TokenStream, future: TokenStream) {
    function.block = if function.sig.asyncness.is_some() {
        parse_quote!({ #prologue #future.await })
    } else {
        parse_quote!({ #prologue async move { #future.await } })
    };
}

fn wrap_on_start(function: &mut ImplItemFn, own_next: bool) -> Result<()> {
    let actor_ref = name_argument(function, 1)?;
    let body = body_future(function);
    replace_body(
        function,
        quote! {
            let __actor_ref = ::core::clone::Clone::clone(&#actor_ref);
            let __body = #body;
        },
        quote!(::actorscope_kameo::__private::start::<Self, _>(__actor_ref, !#own_next, __body)),
    );
    Ok(())
}

fn wrap_on_message(function: &mut ImplItemFn) -> Result<()> {
    let actor_ref = name_argument(function, 1)?;
    let body = body_future(function);
    replace_body(
        function,
        quote! {
            let __id = #actor_ref.id();
            let __body = #body;
        },
        quote!(::actorscope_kameo::__private::handle(__id, __body)),
    );
    Ok(())
}

/// An operator's restart must not be talked out of by the user's `on_panic`.
fn wrap_on_panic(function: &mut ImplItemFn) -> Result<()> {
    let actor_ref = name_argument(function, 0)?;
    let error = name_argument(function, 1)?;
    let body = body_future(function);
    replace_body(
        function,
        quote! {
            let __restart = ::actorscope_kameo::__private::is_restart_request(&#error);
            let __error = ::core::clone::Clone::clone(&#error);
            let _ = &#actor_ref;
            let __body = #body;
        },
        quote! {
            async move {
                if __restart {
                    return ::core::result::Result::Ok(::core::ops::ControlFlow::Break(
                        ::actorscope_kameo::__private::ActorStopReason::Panicked(__error),
                    ));
                }
                __body.await
            }
        },
    );
    Ok(())
}

fn wrap_on_stop(function: &mut ImplItemFn) -> Result<()> {
    let actor_ref = name_argument(function, 0)?;
    let reason = name_argument(function, 1)?;
    let prologue: TokenStream =
        quote!(::actorscope_kameo::__private::stopped(&#actor_ref, &#reason););
    let body = function.block.to_token_stream();
    function.block = parse_quote!({ #prologue #body });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(item: TokenStream) -> String {
        observed(TokenStream::new(), item).unwrap().to_string()
    }

    #[test]
    fn what_is_missing_is_added_and_what_is_there_is_kept() {
        let out = expand(quote! {
            impl Actor for Room {
                type Args = Self;
                type Error = Infallible;
                async fn on_start(args: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
                    Ok(args)
                }
                async fn next(&mut self, r: W, rx: &mut M) -> R { own(rx).await }
            }
        });
        assert_eq!(out.matches("async fn next").count(), 1);
        assert_eq!(out.matches("async fn on_message").count(), 1);
        assert_eq!(out.matches("async fn on_stop").count(), 1);
        assert!(out.contains("Observed for Room"));
    }

    #[test]
    fn it_says_where_it_belongs() {
        for wrong in [
            quote!(
                struct Room;
            ),
            quote!(impl Room {}),
            quote!(impl Drop for Room {}),
        ] {
            let error = observed(TokenStream::new(), wrong).unwrap_err();
            assert!(error.to_string().contains("impl Actor for X"), "{error}");
        }
        let error = observed(quote!(name = "x"), quote!(impl Actor for X {})).unwrap_err();
        assert!(error.to_string().contains("no arguments"));
    }
}
