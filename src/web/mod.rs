//! The site: one file per page, each declaring what its page shows; the templates say how.

pub mod assets;
pub mod drawing;
pub mod error_page;
pub mod field_errors;
pub mod format;
pub mod history;
pub mod home;
pub mod layout;
pub mod moments;
pub mod orders;
pub mod portfolio;
pub mod rates;
pub mod register;
pub mod settings;
pub mod sign_in;
pub mod stock;
pub mod ticket;
pub mod trade;
pub mod wallet;

#[cfg(test)]
mod gallery;
#[cfg(test)]
mod sample;
