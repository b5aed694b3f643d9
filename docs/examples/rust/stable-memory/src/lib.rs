//! A shopping list that lives in stable memory by `ic-stable-memory`, whose allocator keeps its own
//! books there; an older kit (0.7) with the 32-bit forms of the System API.

use candid::{CandidType, Deserialize};
use ic_stable_memory::collections::{SHashMap, SVec};
use ic_stable_memory::derive::{CandidAsDynSizeBytes, StableType};
use ic_stable_memory::{
    get_allocated_size, retrieve_custom_data, stable_memory_init, stable_memory_post_upgrade,
    stable_memory_pre_upgrade, store_custom_data, SBox,
};
use std::cell::RefCell;

#[derive(CandidType, Deserialize, StableType, CandidAsDynSizeBytes, Clone)]
struct Item {
    name: String,
    pieces: u32,
}

type Items = SVec<SBox<Item>>;
type Prices = SHashMap<u64, u64>;

thread_local! {
    static ITEMS: RefCell<Option<Items>> = const { RefCell::new(None) };
    static PRICES: RefCell<Option<Prices>> = const { RefCell::new(None) };
}

fn with_items<T>(work: impl FnOnce(&mut Items) -> T) -> T {
    ITEMS.with(|items| work(items.borrow_mut().as_mut().unwrap()))
}

fn with_prices<T>(work: impl FnOnce(&mut Prices) -> T) -> T {
    PRICES.with(|prices| work(prices.borrow_mut().as_mut().unwrap()))
}

#[ic_cdk_macros::init]
fn init() {
    stable_memory_init();
    ITEMS.with(|items| *items.borrow_mut() = Some(SVec::new()));
    PRICES.with(|prices| *prices.borrow_mut() = Some(SHashMap::new()));
}

#[ic_cdk_macros::pre_upgrade]
fn pre_upgrade() {
    let items = ITEMS.with(|items| items.borrow_mut().take().unwrap());
    let prices = PRICES.with(|prices| prices.borrow_mut().take().unwrap());
    store_custom_data(0, SBox::new(items).ok().expect("no room"));
    store_custom_data(1, SBox::new(prices).ok().expect("no room"));
    stable_memory_pre_upgrade().expect("no room");
}

#[ic_cdk_macros::post_upgrade]
fn post_upgrade() {
    stable_memory_post_upgrade();
    let items = retrieve_custom_data::<Items>(0).expect("no items").into_inner();
    let prices = retrieve_custom_data::<Prices>(1).expect("no prices").into_inner();
    ITEMS.with(|kept| *kept.borrow_mut() = Some(items));
    PRICES.with(|kept| *kept.borrow_mut() = Some(prices));
}

#[ic_cdk_macros::update]
fn add(item: Item) -> u64 {
    with_items(|items| {
        let boxed = SBox::new(item).ok().expect("no room");
        items.push(boxed).ok().expect("no room");
        items.len() as u64
    })
}

#[ic_cdk_macros::update]
fn buy(index: u32) -> Item {
    with_items(|items| items.remove(index as usize).into_inner())
}

#[ic_cdk_macros::query]
fn list() -> Vec<Item> {
    with_items(|items| items.iter().map(|item| item.clone()).collect())
}

/// As many prices as it is told, in a map that grows and moves.
#[ic_cdk_macros::update]
fn price(first: u64, count: u64) {
    for i in first..first + count {
        with_prices(|prices| prices.insert(i, i * i).expect("no room"));
    }
}

#[ic_cdk_macros::query]
fn prices() -> (u64, u64) {
    with_prices(|prices| {
        (prices.len() as u64, prices.iter().map(|(_, price)| *price).sum())
    })
}

#[ic_cdk_macros::query]
fn allocated() -> u64 {
    get_allocated_size()
}

// What the canister offers, for callers who write text: a custom section of the module.
#[link_section = "icp:public candid:service"]
#[used]
static CANDID: [u8; include_bytes!("../stable_memory.did").len()] =
    *include_bytes!("../stable_memory.did");
