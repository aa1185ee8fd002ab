//! Catalogue search.
#![allow(missing_docs)]
use std::path::Path;
use std::sync::Arc;
pub struct Product{pub id:i64,pub category:String,pub brand:String,pub model:String,pub title:String,pub words:String,pub attrs:Vec<(String,String)>,pub flags:u32}
#[derive(Clone)]
pub struct Offer{pub id:i64,pub product:i64,pub supplier:i64,pub price:i64,pub stock:i64,pub areas:Vec<String>,pub sales:i64,pub credit:i32,pub at:i64}
pub enum Change{Product(Product),DropProduct(i64),Offer(Offer),DropOffer(i64),Sales{product:i64,sold:i64}}
pub struct Region{pub code:String,pub parent:Option<String>}
#[derive(Default)]
pub struct Query{pub text:String,pub category:Option<String>,pub brands:Vec<String>,pub supplier:Option<i64>,pub flags:u32,pub region:Option<String>,pub price_min:Option<i64>,pub price_max:Option<i64>,pub attrs:Vec<(String,String)>,pub in_stock:bool,pub sort:Sort,pub page:usize,pub size:usize}
#[derive(Default)]
pub enum Sort{#[default]Relevance,PriceUp,PriceDown,Sales,Newest}
pub struct Hit{pub product:i64,pub best_offer:i64,pub price:i64,pub offers:u32,pub sales:i64}
pub struct Answer{pub total:usize,pub hits:Vec<Hit>,pub brands:Vec<(String,usize)>,pub categories:Vec<(String,usize)>,pub flags:Vec<(u32,usize)>,pub attrs:Vec<(String,Vec<(String,usize)>)>,pub price_bands:Vec<(i64,Option<i64>,usize)>,pub relaxed:Option<String>,pub micros:u64}
pub struct Suggestion{pub text:String,pub kind:&'static str,pub value:String,pub count:usize}
pub struct Engine;
#[derive(Debug)] pub struct Error;
impl std::fmt::Display for Error{fn fmt(&self,_:&mut std::fmt::Formatter<'_>)->std::fmt::Result{Ok(())}}
impl Engine{
pub fn open(_:Option<&Path>,_:&str,_:&[Region],_:&[(String,String)])->Result<Engine,Error>{Ok(Engine)}
pub fn position(&self)->i64{0} pub fn apply(&self,_:Vec<Change>){} pub fn commit(&self,_:i64)->Result<(),Error>{Ok(())}
pub fn search(&self,_:&Query)->Answer{todo!()} pub fn suggest(&self,_:&str,_:Option<&str>,_:usize)->Vec<Suggestion>{vec![]}
pub fn product(&self,_:i64)->Option<Arc<Product>>{None} pub fn offers(&self,_:i64)->Vec<Offer>{vec![]} pub fn len(&self)->usize{0} pub fn clear(&self){}
}
