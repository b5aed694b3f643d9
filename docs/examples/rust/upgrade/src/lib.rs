//! A phone book in the heap. An upgrade carries it over by hand: `pre_upgrade` writes all of it into
//! stable memory as Candid, `post_upgrade` reads it again.

use candid::{CandidType, Deserialize};
use ic_cdk::storage::{stable_restore, stable_save};
use std::cell::RefCell;
use std::collections::BTreeMap;

const VERSION: &str = match option_env!("VERSION") {
    Some(version) => version,
    None => "1",
};

#[derive(CandidType, Deserialize, Clone)]
struct Entry {
    phone: String,
    mail: Option<String>,
}

#[derive(CandidType, Deserialize, Default)]
struct Book {
    owner: String,
    entries: BTreeMap<String, Entry>,
    open: bool,
}

thread_local! {
    static BOOK: RefCell<Book> = RefCell::default();
}

#[ic_cdk::init]
fn init(owner: String) {
    BOOK.with_borrow_mut(|book| book.owner = owner);
}

#[ic_cdk::pre_upgrade]
fn pre_upgrade() {
    BOOK.with_borrow(|book| {
        assert!(!book.open, "somebody writes in the book");
        stable_save((book,)).expect("no room in stable memory");
    });
}

#[ic_cdk::post_upgrade]
fn post_upgrade() {
    let (book,): (Book,) = stable_restore().expect("no book in stable memory");
    BOOK.set(book);
}

#[ic_cdk::update]
fn write(name: String, entry: Entry) -> Option<Entry> {
    BOOK.with_borrow_mut(|book| book.entries.insert(name, entry))
}

#[ic_cdk::query]
fn read(name: String) -> Option<Entry> {
    BOOK.with_borrow(|book| book.entries.get(&name).cloned())
}

#[ic_cdk::query]
fn names() -> Vec<String> {
    BOOK.with_borrow(|book| book.entries.keys().cloned().collect())
}

/// An open book cannot be upgraded.
#[ic_cdk::update]
fn open(yes: bool) {
    BOOK.with_borrow_mut(|book| book.open = yes);
}

#[ic_cdk::query]
fn title() -> String {
    BOOK.with_borrow(|book| format!("{}'s phone book, version {VERSION}", book.owner))
}

// What the canister offers, for callers who write text: a custom section of the module.
#[link_section = "icp:public candid:service"]
#[used]
static CANDID: [u8; include_bytes!("../upgrade.did").len()] = *include_bytes!("../upgrade.did");
