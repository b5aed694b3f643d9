//! A ledger in the stable structures: accounts in a map, transfers in a log, the rest in a cell, each
//! in a virtual memory of its own. An upgrade has nothing to carry over.

use candid::{CandidType, Deserialize, Principal};
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};
use ic_stable_structures::storable::{Bound, Storable};
use ic_stable_structures::{BTreeMap, Cell, DefaultMemoryImpl, Log};
use std::borrow::Cow;
use std::cell::RefCell;

type Memory = VirtualMemory<DefaultMemoryImpl>;

#[derive(CandidType, Deserialize)]
struct Transfer {
    from: Principal,
    to: Principal,
    amount: u64,
}

impl Storable for Transfer {
    const BOUND: Bound = Bound::Unbounded;
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(candid::encode_one(self).unwrap())
    }
    fn into_bytes(self) -> Vec<u8> {
        candid::encode_one(self).unwrap()
    }
    fn from_bytes(bytes: Cow<[u8]>) -> Self {
        candid::decode_one(&bytes).unwrap()
    }
}

struct Ledger {
    accounts: BTreeMap<Principal, u64, Memory>,
    transfers: Log<Transfer, Memory, Memory>,
    total: Cell<u64, Memory>,
}

thread_local! {
    static LEDGER: RefCell<Ledger> = RefCell::new({
        let memories = MemoryManager::init(DefaultMemoryImpl::default());
        let memory = |id| memories.get(MemoryId::new(id));
        Ledger {
            accounts: BTreeMap::init(memory(0)),
            transfers: Log::init(memory(1), memory(2)),
            total: Cell::init(memory(3), 0),
        }
    });
}

#[ic_cdk::update]
fn mint(to: Principal, amount: u64) -> u64 {
    LEDGER.with_borrow_mut(|ledger| {
        let balance = ledger.accounts.get(&to).unwrap_or(0) + amount;
        ledger.accounts.insert(to, balance);
        let total = *ledger.total.get() + amount;
        ledger.total.set(total);
        balance
    })
}

#[ic_cdk::update]
fn transfer(to: Principal, amount: u64) -> Result<u64, String> {
    let from = ic_cdk::api::msg_caller();
    LEDGER.with_borrow_mut(|ledger| {
        let balance = ledger.accounts.get(&from).unwrap_or(0);
        let rest = balance.checked_sub(amount).ok_or(format!("only {balance} left"))?;
        ledger.accounts.insert(from, rest);
        let received = ledger.accounts.get(&to).unwrap_or(0) + amount;
        ledger.accounts.insert(to, received);
        Ok(ledger.transfers.append(&Transfer { from, to, amount }).unwrap())
    })
}

#[ic_cdk::query]
fn balance(of: Principal) -> u64 {
    LEDGER.with_borrow(|ledger| ledger.accounts.get(&of).unwrap_or(0))
}

#[ic_cdk::query]
fn total() -> u64 {
    LEDGER.with_borrow(|ledger| *ledger.total.get())
}

#[ic_cdk::query]
fn transfers(start: u64, count: u64) -> Vec<Transfer> {
    LEDGER.with_borrow(|ledger| (start..start + count).map_while(|i| ledger.transfers.get(i)).collect())
}

/// Many accounts, for a map of many nodes; their sum.
#[ic_cdk::update]
fn fill(accounts: u32) -> u64 {
    for i in 0..accounts {
        mint(Principal::from_slice(&i.to_be_bytes()), u64::from(i));
    }
    LEDGER.with_borrow(|ledger| ledger.accounts.iter().map(|entry| entry.value()).sum())
}

// What the canister offers, for callers who write text: a custom section of the module.
#[link_section = "icp:public candid:service"]
#[used]
static CANDID: [u8; include_bytes!("../structures.did").len()] =
    *include_bytes!("../structures.did");
