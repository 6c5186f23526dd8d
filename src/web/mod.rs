//! The site: a file for each page, which declares what the page shows while its template says how, and what the pages share.

pub mod acting;
pub mod admin;
pub mod assets;
pub mod candles;
mod candles_query;
pub mod chart;
mod cookies;
mod csv_file;
pub mod drawing;
pub mod epochs;
mod error;
pub mod error_page;
pub mod field_errors;
pub mod form_data;
pub mod format;
pub mod frame;
pub mod headers;
pub mod health;
mod held;
pub mod history;
pub mod home;
pub mod house;
mod keyset;
pub mod layout;
pub mod live;
pub mod moments;
pub mod orders;
mod origin;
mod outside;
mod page;
mod past;
pub mod portfolio;
pub mod rates;
mod recent;
mod refusals;
pub mod register;
pub mod request_span;
pub mod routes;
pub mod server;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod sign_out;
pub mod site;
pub mod sparklines;
pub mod statics;
pub mod stock;
pub mod ticket;
pub mod trade;
pub mod visit;
pub mod wallet;
pub mod welcome;

#[cfg(test)]
mod gallery;
#[cfg(test)]
mod sample;
