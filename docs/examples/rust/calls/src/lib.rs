//! A counter that calls counters: the same module twice, and each can call the other.

use candid::Principal;
use ic_cdk::api::{canister_cycle_balance, msg_caller, msg_cycles_accept, msg_cycles_refunded, trap};
use ic_cdk::call::{Call, CallFailed, CallPerformFailed, Response};
use std::cell::Cell;
use std::future::Future;
use std::task::Poll;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn add(step: u64) -> u64 {
    COUNT.set(COUNT.get() + step);
    COUNT.get()
}

#[ic_cdk::update]
fn inc(step: u64) -> u64 {
    add(step)
}

#[ic_cdk::query]
fn get() -> u64 {
    COUNT.get()
}

#[ic_cdk::query]
fn caller() -> Principal {
    msg_caller()
}

/// Counts, then traps: the count is as before.
#[ic_cdk::update]
fn fail(step: u64) {
    add(step);
    trap("the counter is stuck");
}

/// Refuses without a trap: what was counted stays.
#[ic_cdk::update(manual_reply = true)]
fn refuse(step: u64) {
    add(step);
    ic_cdk::api::msg_reject("counted, but I do not say how far");
}

/// Any method of another counter; a failure in words.
#[ic_cdk::update]
async fn inc_at(counter: Principal, method: String, step: u64) -> Result<u64, String> {
    said(Call::unbounded_wait(counter, &method).with_arg(step).await)
}

/// The same with a deadline of ten seconds.
#[ic_cdk::update]
async fn inc_soon_at(counter: Principal, method: String, step: u64) -> Result<u64, String> {
    let call = Call::bounded_wait(counter, &method).with_arg(step).change_timeout(10);
    said(call.await)
}

#[ic_cdk::update]
async fn caller_at(counter: Principal) -> Principal {
    Call::unbounded_wait(counter, "caller").await.unwrap().candid().unwrap()
}

/// Nothing is awaited: the callee runs after this reply.
#[ic_cdk::update]
fn tell(counter: Principal, step: u64) -> bool {
    Call::unbounded_wait(counter, "inc").with_arg(step).oneway().is_ok()
}

/// A trap after an await undoes what came after the await, and nothing before it.
#[ic_cdk::update]
async fn inc_both_then_trap(counter: Principal) {
    add(1);
    let _ = Call::unbounded_wait(counter, "inc").with_arg(1u64).await;
    add(100);
    trap("after the await");
}

/// All counters at once, in the order of the list.
#[ic_cdk::update]
async fn inc_all(counters: Vec<Principal>, step: u64) -> Vec<u64> {
    let calls = counters.iter().map(|counter| async move {
        let reply = Call::unbounded_wait(*counter, "inc").with_arg(step).await;
        reply.unwrap().candid::<u64>().unwrap()
    });
    let mut pending: Vec<_> = calls.map(Box::pin).collect();
    let mut counts = vec![None; pending.len()];
    std::future::poll_fn(|context| {
        for (call, count) in pending.iter_mut().zip(&mut counts) {
            if count.is_none() {
                if let Poll::Ready(value) = call.as_mut().poll(context) {
                    *count = Some(value);
                }
            }
        }
        match counts.iter().copied().collect::<Option<Vec<u64>>>() {
            Some(all) => Poll::Ready(all),
            None => Poll::Pending,
        }
    })
    .await
}

/// How many of `count` calls could be sent: a queue has room for 500.
#[ic_cdk::update]
fn flood(counter: Principal, count: u32) -> u32 {
    let calls = (0..count).map(|_| Call::unbounded_wait(counter, "inc").with_arg(1u64).oneway());
    calls.filter(Result::is_ok).count() as u32
}

#[ic_cdk::query(composite = true)]
async fn sum(counters: Vec<Principal>) -> u64 {
    let mut sum = COUNT.get();
    for counter in counters {
        let reply = Call::unbounded_wait(counter, "get").await.expect("get");
        sum += reply.candid::<u64>().expect("a count");
    }
    sum
}

/// Keeps at most `most` of the cycles that came along.
#[ic_cdk::update]
fn accept(most: u64) -> u64 {
    msg_cycles_accept(most.into()) as u64
}

#[derive(candid::CandidType)]
struct Payment {
    kept: u64,
    refunded: u64,
    spent: u64,
}

/// What was kept, what came back, and how much less there is here.
#[ic_cdk::update]
async fn pay(counter: Principal, cycles: u64, most: u64) -> Payment {
    let before = canister_cycle_balance();
    let call = Call::unbounded_wait(counter, "accept").with_arg(most).with_cycles(cycles.into());
    let kept = call.await.expect("accept").candid().expect("cycles");
    let spent = (before - canister_cycle_balance()) as u64;
    Payment { kept, refunded: msg_cycles_refunded() as u64, spent }
}

fn said(answer: Result<Response, CallFailed>) -> Result<u64, String> {
    match answer {
        Ok(reply) => reply.candid().map_err(|error| error.to_string()),
        Err(CallFailed::CallRejected(no)) => {
            Err(format!("{}: {}", no.raw_reject_code(), no.reject_message()))
        }
        Err(CallFailed::CallPerformFailed(CallPerformFailed)) => Err("not sent".into()),
        Err(CallFailed::InsufficientLiquidCycleBalance(_)) => Err("too few cycles".into()),
    }
}

// What the canister offers, for callers who write text: a custom section of the module.
#[link_section = "icp:public candid:service"]
#[used]
static CANDID: [u8; include_bytes!("../calls.did").len()] = *include_bytes!("../calls.did");
