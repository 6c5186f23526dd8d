//! `/admin/market`: whether the market runs, how its clock runs, and what it trades.

use super::acts;
use super::{Office, Staff};
use crate::market::{FeedName, Speed, Trouble};
use crate::web::error::PageError;
use crate::web::form_data::Fields;
use crate::web::house::House;
use crate::web::layout::Layout;
use crate::web::moments::{age_words, clock};
use crate::web::page;
use actix_web::{HttpResponse, web};
use askama::Template;

/// The most halted instruments that are named.
const NAMED: usize = 50;

/// The market as a whole.
#[derive(Debug, Template)]
#[template(path = "admin/market.html")]
pub struct MarketPage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// What its own clock says.
    pub time: String,
    /// How fast that runs.
    pub speed: String,
    /// Where prices come from.
    pub feed: &'static str,
    /// How old the newest quote is.
    pub quote_age: String,
    /// What went wrong with the feed when it failed last.
    pub trouble: Option<Trouble>,
    /// How many instruments are on the list.
    pub listed: usize,
    /// How many it has that were taken off it.
    pub delisted: usize,
    /// Symbols and reasons of what is halted, the first of them.
    pub halted: Vec<(String, String)>,
    /// How many are halted in all.
    pub halts: usize,
    /// Whether instruments can be added: a recording has what was recorded.
    pub takes_new: bool,
    /// What can be done now.
    pub acts: Vec<Usable>,
}

/// Something that can be done about the market.
#[derive(Debug)]
pub struct Usable {
    /// Its name in addresses.
    pub name: &'static str,
    /// Its name on buttons.
    pub label: &'static str,
    /// Whether it takes something away.
    pub serious: bool,
}

/// The market as a whole.
///
/// # Errors
/// When the store fails.
pub async fn show(staff: Staff, house: web::Data<House>) -> Result<HttpResponse, PageError> {
    let board = house.market.board();
    let (status, roster) = (board.status(), board.roster());
    let listed = roster.all().iter().filter(|traded| !traded.status.delisted).count();
    let halts: Vec<(String, String)> = roster
        .all()
        .iter()
        .filter_map(|traded| Some((traded.instrument.symbol.to_string(), traded.status.halt.as_ref()?.because.clone())))
        .collect();
    page::show(&MarketPage {
        layout: staff.layout(),
        office: staff.office(),
        time: clock_words(&house),
        speed: speed_words(house.market.speed()),
        feed: match status.name {
            FeedName::Simulated => "The simulator",
            FeedName::Replay => "A recorded tape",
        },
        quote_age: status.quote_age.map_or_else(|| "None yet".to_owned(), age_words),
        trouble: board.trouble(),
        listed,
        delisted: roster.all().len().saturating_sub(listed),
        halts: halts.len(),
        halted: halts.into_iter().take(NAMED).collect(),
        takes_new: !house.operations.is_recording(),
        acts: usable(&house).await?,
    })
}

/// What can be done now.
async fn usable(house: &House) -> Result<Vec<Usable>, PageError> {
    let mut usable = Vec::new();
    for act in acts::on("market") {
        let sheet = act.open(house, "market", &Fields::default()).await?;
        if let Some(sheet) = sheet.filter(|sheet| sheet.refused.is_none()) {
            usable.push(Usable { name: act.about().name, label: act.about().label, serious: sheet.serious });
        }
    }
    Ok(usable)
}

/// What the market's own clock says.
pub(super) fn clock_words(house: &House) -> String {
    let board = house.market.board();
    let zone = board.calendar().zone_name();
    board.market_time().map_or_else(|| "Not started yet".to_owned(), |at| clock(at, zone))
}

/// How fast a clock runs, in words: `Real time`, `60 times real time`, `0.5 times real time`.
pub(super) fn speed_words(speed: Speed) -> String {
    match speed {
        Speed::Paused => "Paused".to_owned(),
        Speed::Max => "As fast as possible".to_owned(),
        Speed::REAL_TIME => "Real time (1×)".to_owned(),
        Speed::Times(times) => format!("{times}× real time"),
    }
}
