//! What a client can ask for, and what it is told when it asks for something else.

use crate::domain::Symbol;
use crate::market::{Board, Roster};
use serde::{Deserialize, Serialize};

/// How many refused symbols are named in one error.
const NAMED: usize = 5;
/// How much of a refused symbol is repeated, in characters.
const REPEATED: usize = 16;

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Watch these too; everything, when none are named.
    Subscribe(Option<Vec<String>>),
    /// Stop watching these; everything, when none are named.
    Unsubscribe(Option<Vec<String>>),
}

/// Why it does not get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Code {
    Malformed,
    UnknownType,
    UnknownSymbol,
    TooManySymbols,
    TooLarge,
    TooManyMessages,
    NotText,
    NotUtf8,
}

/// A refusal, as it is sent.
#[derive(Debug, Serialize)]
pub(super) struct Refusal {
    #[serde(rename = "type")]
    kind: &'static str,
    pub(super) code: Code,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { kind: "error", code, message: message.into() }
    }

    /// What is wrong, for people.
    pub(super) fn sentence(&self) -> &str {
        &self.message
    }

    /// The message's text.
    pub(super) fn text(&self) -> String {
        // A struct of strings always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Request {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Message {
            #[serde(rename = "type")]
            kind: String,
            symbols: Option<Vec<String>>,
        }
        let message: Message = serde_json::from_str(text).map_err(|_| {
            let expected = "A message is a JSON object such as {\"type\":\"subscribe\",\"symbols\":[\"AAPL\"]}.";
            Refusal::new(Code::Malformed, expected)
        })?;
        match message.kind.as_str() {
            "subscribe" => Ok(Self::Subscribe(message.symbols)),
            "unsubscribe" => Ok(Self::Unsubscribe(message.symbols)),
            _ => Err(Refusal::new(Code::UnknownType, "The type of a message is \"subscribe\" or \"unsubscribe\".")),
        }
    }
}

/// What a client watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Watching {
    /// The whole market.
    Everything,
    /// The instruments at these places of the board, ascending.
    Places(Vec<usize>),
}

impl Watching {
    /// The watch of a new socket: everything, unless its address names symbols.
    pub(super) fn begin(symbols: Option<&str>, board: &Board, most: usize) -> (Result<Self, Refusal>, Option<Refusal>) {
        let Some(symbols) = symbols else {
            return (Ok(Self::Everything), None);
        };
        let named = symbols.split(',').map(str::trim).filter(|symbol| !symbol.is_empty()).map(str::to_owned);
        Self::Places(Vec::new()).after(Request::Subscribe(Some(named.collect())), board, most)
    }

    /// The watch after a request, or why it stays as it was; and what of the request was passed over.
    pub(super) fn after(
        &self,
        request: Request,
        board: &Board,
        most: usize,
    ) -> (Result<Self, Refusal>, Option<Refusal>) {
        let roster = board.roster();
        let mut passed_over = None;
        let mut find = |symbols: Vec<String>| {
            let (places, unknown) = places(&symbols, &roster);
            passed_over = unknown;
            places
        };
        let everything = || {
            let listed = roster.all().iter().enumerate().filter(|(_, traded)| !traded.status.delisted);
            listed.map(|(place, _)| place).collect::<Vec<_>>()
        };
        let watching = match (request, self) {
            (Request::Subscribe(None), _) => Self::Everything,
            (Request::Unsubscribe(None), _) => Self::Places(Vec::new()),
            (Request::Subscribe(Some(symbols)), Self::Everything) => {
                find(symbols);
                Self::Everything
            }
            (Request::Subscribe(Some(symbols)), Self::Places(own)) => {
                let mut own: Vec<usize> = own.iter().copied().chain(find(symbols)).collect();
                own.sort_unstable();
                own.dedup();
                Self::Places(own)
            }
            (Request::Unsubscribe(Some(symbols)), own) => {
                let less = find(symbols);
                let mut own = if let Self::Places(own) = own { own.clone() } else { everything() };
                own.retain(|place| !less.contains(place));
                Self::Places(own)
            }
        };
        match watching {
            Self::Places(places) if places.len() > most => {
                let message = format!("A client can watch at most {most} symbols of its own choice, or everything.");
                (Err(Refusal::new(Code::TooManySymbols, message)), passed_over)
            }
            watching => (Ok(watching), passed_over),
        }
    }
}

fn places(symbols: &[String], roster: &Roster) -> (Vec<usize>, Option<Refusal>) {
    let mut places = Vec::with_capacity(symbols.len());
    let mut unknown = Vec::new();
    for text in symbols {
        match text.parse::<Symbol>().ok().and_then(|symbol| roster.place(&symbol)) {
            Some(place) => places.push(place),
            None => unknown.push(text),
        }
    }
    if unknown.is_empty() {
        return (places, None);
    }
    let named: Vec<String> =
        unknown.iter().take(NAMED).map(|text| format!("\u{201c}{}\u{201d}", cut_short(text))).collect();
    let more = match unknown.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let verb = if unknown.len() == 1 { "is" } else { "are" };
    let message = format!("{}{more} {verb} not traded here.", named.join(", "));
    (places, Some(Refusal::new(Code::UnknownSymbol, message)))
}

fn cut_short(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(REPEATED).collect()
}
