//! A kitchen clock: timers that ring once, that ring again and again, and that call another canister.

use candid::Principal;
use ic_cdk::api::{canister_self, time};
use ic_cdk::call::Call;
use ic_cdk_timers::{clear_timer, set_timer, set_timer_interval, set_timer_interval_serial, TimerId};
use std::cell::{Cell, RefCell};
use std::time::Duration;

thread_local! {
    static START: Cell<u64> = const { Cell::new(0) };
    static RUNG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static TIMERS: RefCell<Vec<TimerId>> = const { RefCell::new(Vec::new()) };
}

fn seconds() -> u64 {
    (time() - START.get()) / 1_000_000_000
}

fn ring(what: &str) {
    RUNG.with_borrow_mut(|rung| rung.push(format!("{}s {what}", seconds())));
}

fn keep(timer: TimerId) -> u64 {
    TIMERS.with_borrow_mut(|timers| {
        timers.push(timer);
        timers.len() as u64 - 1
    })
}

#[ic_cdk::init]
fn init() {
    START.set(time());
}

#[ic_cdk::update]
fn after(seconds: u64, what: String) -> u64 {
    keep(set_timer(Duration::from_secs(seconds), async move { ring(&what) }))
}

#[ic_cdk::update]
fn every(seconds: u64, what: String) -> u64 {
    let job = move || {
        let what = what.clone();
        async move { ring(&what) }
    };
    keep(set_timer_interval(Duration::from_secs(seconds), job))
}

/// Rings in another clock (or in this one), and again only when that has answered.
#[ic_cdk::update]
fn every_at(seconds: u64, clock: Principal, what: String) -> u64 {
    let job = async move || {
        let answer = Call::unbounded_wait(clock, "ring_now").with_arg(&what).await;
        if answer.is_err() {
            ring("nobody answers");
        }
    };
    keep(set_timer_interval_serial(Duration::from_secs(seconds), job))
}

/// A job that traps is undone and forgotten; the other timers go on.
#[ic_cdk::update]
fn trap_after(seconds: u64) -> u64 {
    keep(set_timer(Duration::from_secs(seconds), async {
        ring("before the trap");
        ic_cdk::api::trap("the clock fell down");
    }))
}

#[ic_cdk::update]
fn stop(timer: u64) {
    TIMERS.with_borrow(|timers| clear_timer(timers[timer as usize]));
}

#[ic_cdk::update]
fn ring_now(what: String) {
    ring(&what);
}

#[ic_cdk::query]
fn rung() -> Vec<String> {
    RUNG.with_borrow(Clone::clone)
}

#[ic_cdk::query]
fn id() -> Principal {
    canister_self()
}

// What the canister offers, for callers who write text: a custom section of the module.
#[link_section = "icp:public candid:service"]
#[used]
static CANDID: [u8; include_bytes!("../timers.did").len()] = *include_bytes!("../timers.did");
