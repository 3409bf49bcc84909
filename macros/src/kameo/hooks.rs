//! What becomes of each hook of an `impl Actor`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Error, FnArg, Ident, ImplItemFn, Pat, Result, ReturnType, parse_quote};

/// What is known of the actor when its hooks are written.
#[derive(Clone, Copy)]
pub(super) struct With {
    /// The user has written `next`.
    pub(super) own_next: bool,
    /// The actor prints its state; where that was said.
    pub(super) state: Option<Span>,
}

impl With {
    /// Puts the user's hook inside ours.
    pub(super) fn wrap(self, function: &mut ImplItemFn) -> Result<()> {
        match function.sig.ident.to_string().as_str() {
            "on_start" => self.on_start(function),
            "next" => next(function),
            "on_message" => self.on_message(function),
            "on_panic" => on_panic(function),
            "on_stop" => on_stop(function),
            _ => Ok(()),
        }
    }

    /// What is added where the user has none.
    pub(super) fn defaults(self) -> [ImplItemFn; 4] {
        [
            self.default_next(),
            self.default_on_message(),
            default_on_stop(),
            default_on_undelivered(),
        ]
    }

    fn on_start(self, function: &mut ImplItemFn) -> Result<()> {
        let actor_ref = name_argument(function, 1)?;
        let body = body_future(function);
        let Self { own_next, state } = self;
        let prints_state = state.is_some();
        replace_body(
            function,
            quote! {
                let __starting = ::actorscope_kameo::__private::starting(
                    &#actor_ref,
                    ::actorscope_kameo::__private::Hooks {
                        own_next: #own_next,
                        prints_state: #prints_state,
                    },
                );
                let __body = #body;
                ::actorscope_kameo::__private::start(__starting, __body).await
            },
        );
        Ok(())
    }

    /// Inlined, so that the future is made where it is awaited and not moved.
    fn default_next(self) -> ImplItemFn {
        let printing = match self.printer() {
            Some(printer) => quote!(::core::option::Option::Some((self, #printer))),
            None => quote!(::core::option::Option::None),
        };
        parse_quote! {
            #[inline]
            fn next(
                &mut self,
                actor_ref: ::actorscope_kameo::__private::WeakActorRef<Self>,
                mailbox_rx: &mut ::actorscope_kameo::__private::MailboxReceiver<Self>,
            ) -> impl ::core::future::Future<
                Output = ::core::result::Result<
                    ::core::option::Option<::actorscope_kameo::__private::Signal<Self>>,
                    Self::Error,
                >,
            > + ::core::marker::Send {
                ::actorscope_kameo::__private::next(#printing, actor_ref, mailbox_rx)
            }
        }
    }

    fn on_message(self, function: &mut ImplItemFn) -> Result<()> {
        let actor_ref = name_argument(function, 1)?;
        let stop = name_argument(function, 3)?;
        let (this, printer) = (this(function)?, self.perhaps_printer());
        let (body, handle) = (body_future(function), self.handle());
        replace_body(
            function,
            quote! {
                let __id = #actor_ref.id();
                ::actorscope_kameo::__private::between(
                    &mut *#this, #printer, __id, &mut *#stop,
                )
                .await;
                let __body = #body;
                #handle(__id, __body).await
            },
        );
        Ok(())
    }

    /// A block and not an `async fn`, which would move the message once more.
    fn default_on_message(self) -> ImplItemFn {
        let (own_next, printer) = (self.own_next, self.perhaps_printer());
        parse_quote! {
            #[inline]
            #[allow(clippy::manual_async_fn)]
            fn on_message(
                &mut self,
                msg: ::actorscope_kameo::__private::BoxMessage<Self>,
                actor_ref: ::actorscope_kameo::__private::ActorRef<Self>,
                tx: ::core::option::Option<::actorscope_kameo::__private::BoxReplySender>,
                stop: &mut bool,
            ) -> impl ::core::future::Future<
                Output = ::core::result::Result<
                    (),
                    ::std::boxed::Box<dyn ::actorscope_kameo::__private::ReplyError>,
                >,
            > + ::core::marker::Send {
                async move {
                    ::actorscope_kameo::__private::on_message(
                        self, #own_next, #printer, msg, actor_ref, tx, stop,
                    )
                    .await
                }
            }
        }
    }

    /// What measures a handler.
    fn handle(self) -> TokenStream {
        if self.own_next {
            quote!(::actorscope_kameo::__private::handle_own)
        } else {
            quote!(::actorscope_kameo::__private::handle)
        }
    }

    /// What prints the actor, if anything does.
    fn perhaps_printer(self) -> TokenStream {
        match self.printer() {
            Some(printer) => quote!(::core::option::Option::Some(#printer)),
            None => quote!(::core::option::Option::None),
        }
    }

    /// What prints the actor; marked as `state`, so that one that is not `Debug` is told there.
    fn printer(self) -> Option<TokenStream> {
        let printer =
            |said| quote_spanned!(said=> ::actorscope_kameo::__private::printer::<Self>());
        self.state.map(printer)
    }
}

fn default_on_stop() -> ImplItemFn {
    parse_quote! {
        async fn on_stop(
            &mut self,
            actor_ref: ::actorscope_kameo::__private::WeakActorRef<Self>,
            reason: ::actorscope_kameo::__private::ActorStopReason,
        ) -> ::core::result::Result<(), Self::Error> {
            ::actorscope_kameo::__private::stopped(&actor_ref, &reason);
            ::core::result::Result::Ok(())
        }
    }
}

/// Nobody takes the messages back, so they are counted as lost.
fn default_on_undelivered() -> ImplItemFn {
    parse_quote! {
        async fn on_undelivered(
            &mut self,
            _: ::actorscope_kameo::__private::ActorStopReason,
            undelivered: ::std::vec::Vec<::actorscope_kameo::__private::BoxMessage<Self>>,
        ) -> ::core::result::Result<(), Self::Error> {
            ::actorscope_kameo::__private::undelivered(undelivered.len());
            ::core::result::Result::Ok(())
        }
    }
}

/// A `next` of the user's own: verbs reach the actor through it, its waits stay unknown.
fn next(function: &mut ImplItemFn) -> Result<()> {
    let actor_ref = name_argument(function, 0)?;
    let body = body_future(function);
    replace_body(
        function,
        quote! {
            let __observed = ::actorscope_kameo::__private::before_own_next(&#actor_ref);
            let __body = #body;
            ::actorscope_kameo::__private::own_next(__observed, __body).await
        },
    );
    Ok(())
}

/// An operator's restart must not be talked out of by the user's `on_panic`.
fn on_panic(function: &mut ImplItemFn) -> Result<()> {
    let error = name_argument(function, 1)?;
    let body = body_future(function);
    replace_body(
        function,
        quote! {
            if ::actorscope_kameo::__private::is_restart_request(&#error) {
                return ::core::result::Result::Ok(::core::ops::ControlFlow::Break(
                    ::actorscope_kameo::__private::ActorStopReason::Panicked(#error),
                ));
            }
            let __body = #body;
            __body.await
        },
    );
    Ok(())
}

fn on_stop(function: &mut ImplItemFn) -> Result<()> {
    let actor_ref = name_argument(function, 0)?;
    let reason = name_argument(function, 1)?;
    let body = &function.block;
    function.block = parse_quote!({
        ::actorscope_kameo::__private::stopped(&#actor_ref, &#reason);
        #body
    });
    Ok(())
}

/// The function's own `self`.
fn this(function: &ImplItemFn) -> Result<TokenStream> {
    let receiver = function.sig.receiver().map(|receiver| receiver.self_token.to_token_stream());
    receiver.ok_or_else(|| {
        let what = format!("`{}` of an Actor takes `&mut self`", function.sig.ident);
        Error::new_spanned(&function.sig, what)
    })
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
        let returns = match &function.sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, returns) => returns.to_token_stream(),
        };
        // Says what the block returns before the body does, so that what does not fit is marked in
        // the user's code and not at the attribute.
        quote!(async move {
            #[allow(unreachable_code, clippy::all)]
            if false {
                let __returned: #returns = ::core::unreachable!();
                return __returned;
            }
            #body
        })
    } else {
        // A closure, so that `return` in the body means what it meant.
        quote!((move || #body)())
    }
}

/// Puts `steps`, which may await, in the place of the body.
fn replace_body(function: &mut ImplItemFn, steps: TokenStream) {
    function.block = if function.sig.asyncness.is_some() {
        parse_quote!({ #steps })
    } else {
        parse_quote!({ async move { #steps } })
    };
}
