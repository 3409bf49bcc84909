//! `#[derive(ObservedMessage)]` for ractor messages in builds with the feature `cluster`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, parse_quote};

/// `impl ractor::Message` that packs the message together with the instant at which it is sent, and
/// the names of its variants.
pub(crate) fn derive(item: TokenStream) -> syn::Result<TokenStream> {
    let mut input: DeriveInput = syn::parse2(item)?;
    let ident = &input.ident;
    let names = names(ident, &input.data)?;
    // Messages go to other threads, whatever their parameters are.
    let parameters: Vec<Ident> = input.generics.type_params().map(|p| p.ident.clone()).collect();
    let bounds = input.generics.make_where_clause();
    for parameter in parameters {
        bounds.predicates.push(parse_quote!(#parameter: ::core::marker::Send + 'static));
    }
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let path = quote!(::actorscope_ractor_cluster::__private);
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #path::Message for #ident #type_generics #where_clause {
            #[inline]
            fn box_message(
                self,
                to: &#path::ActorId,
            ) -> ::core::result::Result<#path::BoxedMessage, #path::BoxedDowncastErr> {
                #path::pack(self, to)
            }

            #[inline]
            fn from_boxed(
                message: #path::BoxedMessage,
            ) -> ::core::result::Result<Self, #path::BoxedDowncastErr> {
                #path::unpack(message)
            }
        }

        #[automatically_derived]
        impl #impl_generics ::actorscope_ractor_cluster::Kind for #ident #type_generics #where_clause {
            fn kind(&self) -> &'static str {
                #names
            }
        }
    })
}

fn names(ident: &Ident, data: &Data) -> syn::Result<TokenStream> {
    let own = ident.to_string();
    match data {
        Data::Struct(_) => Ok(quote!(#own)),
        Data::Enum(data) if data.variants.is_empty() => Ok(quote!(match *self {})),
        Data::Enum(data) => {
            let arms = data.variants.iter().map(|variant| {
                let (ident, name) = (&variant.ident, variant.ident.to_string());
                let cfgs = variant.attrs.iter().filter(|a| a.path().is_ident("cfg"));
                let fields = match variant.fields {
                    Fields::Named(_) => quote!({ .. }),
                    Fields::Unnamed(_) => quote!((..)),
                    Fields::Unit => quote!(),
                };
                quote!(#(#cfgs)* Self::#ident #fields => #name,)
            });
            Ok(quote!(match self { #(#arms)* }))
        }
        Data::Union(_) => Err(syn::Error::new_spanned(ident, "a union can't be a message")),
    }
}

#[cfg(test)]
mod tests {
    use super::derive;
    use quote::quote;

    #[test]
    fn a_message_is_packed_and_its_variants_have_names() {
        let derived = derive(quote! {
            enum Coin<T> { In(u32), Out { sum: T }, Count }
        });
        let derived = derived.unwrap().to_string();
        for part in [
            ":: pack (self , to)",
            ":: unpack (message)",
            "Self :: In (..) => \"In\"",
            "Self :: Out { .. } => \"Out\"",
            "Self :: Count => \"Count\"",
            "T : :: core :: marker :: Send + 'static",
        ] {
            assert!(derived.contains(part), "{part} is not in {derived}");
        }
    }

    #[test]
    fn a_union_is_refused_and_why_is_said() {
        let error = derive(quote! { union U { a: u32, b: f32 } }).unwrap_err();
        assert_eq!(error.to_string(), "a union can't be a message");
    }
}
