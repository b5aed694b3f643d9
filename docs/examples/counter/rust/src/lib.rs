//! A counter in a stable cell: it outlives an upgrade by itself, so there are no hooks.

use candid::Nat;
use ic_stable_structures::{Cell, DefaultMemoryImpl};
use std::cell::RefCell;

thread_local! {
    static COUNT: RefCell<Cell<u64, DefaultMemoryImpl>> =
        RefCell::new(Cell::init(DefaultMemoryImpl::default(), 0));
}

#[ic_cdk::update]
fn inc() -> Nat {
    COUNT.with_borrow_mut(|count| {
        let next = *count.get() + 1;
        count.set(next);
        Nat::from(next)
    })
}

#[ic_cdk::query]
fn get() -> Nat {
    COUNT.with_borrow(|count| Nat::from(*count.get()))
}

// What the canister offers, for callers who write text: a custom section of the module.
#[link_section = "icp:public candid:service"]
#[used]
static CANDID: [u8; include_bytes!("../counter.did").len()] = *include_bytes!("../counter.did");
