//! An asset store: files in pieces, served over HTTP with a certificate, large bodies as a stream.

use candid::{CandidType, Deserialize, Func};
use ic_cdk::api::{canister_self, certified_data_set, data_certificate, is_controller, msg_caller};
use ic_certified_map::{labeled, labeled_hash, AsHashTree, Hash, RbTree};
use serde::Serialize;
use serde_bytes::ByteBuf;
use std::cell::RefCell;
use std::collections::BTreeMap;

const LABEL: &[u8] = b"http_assets";
const PIECE: usize = 40;

#[derive(CandidType, Deserialize, Clone, Default)]
struct Asset {
    kind: String,
    body: ByteBuf,
}

#[derive(CandidType, Deserialize, Default)]
struct Store {
    assets: BTreeMap<String, Asset>,
    uploads: BTreeMap<u32, Asset>,
    uploads_begun: u32,
}

thread_local! {
    static STORE: RefCell<Store> = RefCell::default();
    static HASHES: RefCell<RbTree<String, Hash>> = RefCell::default();
}

#[derive(CandidType, Deserialize)]
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: ByteBuf,
}

#[derive(CandidType, Deserialize)]
struct Token {
    path: String,
    start: u64,
}

candid::define_function!(Next : (Token) -> (Piece) query);

#[derive(CandidType, Deserialize)]
enum Strategy {
    Callback { callback: Next, token: Token },
}

#[derive(CandidType, Deserialize)]
struct Response {
    status_code: u16,
    headers: Vec<(String, String)>,
    body: ByteBuf,
    streaming_strategy: Option<Strategy>,
}

#[derive(CandidType, Deserialize)]
struct Piece {
    body: ByteBuf,
    token: Option<Token>,
}

fn controllers_only() -> Result<(), String> {
    if is_controller(&msg_caller()) { Ok(()) } else { Err("only controllers may write".into()) }
}

fn certify() {
    HASHES.with_borrow(|hashes| certified_data_set(labeled_hash(LABEL, &hashes.root_hash())));
}

fn put(path: String, asset: Asset) {
    HASHES.with_borrow_mut(|hashes| hashes.insert(path.clone(), sha256(&asset.body)));
    STORE.with_borrow_mut(|store| store.assets.insert(path, asset));
    certify();
}

fn sha256(bytes: &[u8]) -> Hash {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

#[ic_cdk::update(guard = "controllers_only")]
fn store(path: String, kind: String, body: ByteBuf) {
    put(path, Asset { kind, body });
}

#[ic_cdk::update(guard = "controllers_only")]
fn begin(kind: String) -> u32 {
    STORE.with_borrow_mut(|store| {
        store.uploads_begun += 1;
        store.uploads.insert(store.uploads_begun, Asset { kind, ..Asset::default() });
        store.uploads_begun
    })
}

#[ic_cdk::update(guard = "controllers_only")]
fn append(upload: u32, piece: ByteBuf) -> u64 {
    STORE.with_borrow_mut(|store| {
        let asset = store.uploads.get_mut(&upload).expect("no such upload");
        asset.body.extend_from_slice(&piece);
        asset.body.len() as u64
    })
}

#[ic_cdk::update(guard = "controllers_only")]
fn commit(upload: u32, path: String) {
    let asset = STORE.with_borrow_mut(|store| store.uploads.remove(&upload));
    put(path, asset.expect("no such upload"));
}

#[ic_cdk::update(guard = "controllers_only")]
fn remove(path: String) -> bool {
    HASHES.with_borrow_mut(|hashes| hashes.delete(path.as_bytes()));
    certify();
    STORE.with_borrow_mut(|store| store.assets.remove(&path).is_some())
}

#[ic_cdk::query]
fn list() -> Vec<(String, String, u64)> {
    STORE.with_borrow(|store| {
        let entry = |(path, asset): (&String, &Asset)| {
            (path.clone(), asset.kind.clone(), asset.body.len() as u64)
        };
        store.assets.iter().map(entry).collect()
    })
}

/// The certificate with a witness of `path`, as HTTP gateways want them; none outside of queries.
fn certificate_header(path: &str) -> Option<(String, String)> {
    use base64::{engine::general_purpose::STANDARD, Engine};
    let certificate = data_certificate()?;
    let tree = HASHES.with_borrow(|hashes| {
        let mut writer = serde_cbor::Serializer::new(Vec::new());
        writer.self_describe().unwrap();
        labeled(LABEL, hashes.witness(path.as_bytes())).serialize(&mut writer).unwrap();
        writer.into_inner()
    });
    let (certificate, tree) = (STANDARD.encode(certificate), STANDARD.encode(tree));
    let value = format!("certificate=:{certificate}:, tree=:{tree}:");
    Some(("IC-Certificate".into(), value))
}

fn piece(asset: &Asset, path: &str, start: u64) -> Piece {
    let start = (start as usize).min(asset.body.len());
    let end = (start + PIECE).min(asset.body.len());
    let more = end < asset.body.len();
    Piece {
        body: ByteBuf::from(&asset.body[start..end]),
        token: more.then(|| Token { path: path.into(), start: end as u64 }),
    }
}

fn without_asset(status_code: u16, text: &str) -> Response {
    Response {
        status_code,
        headers: Vec::new(),
        body: ByteBuf::from(text.as_bytes()),
        streaming_strategy: None,
    }
}

#[ic_cdk::query]
fn http_request(request: Request) -> Response {
    if request.method != "GET" {
        return without_asset(405, "GET only");
    }
    let path = request.url.split('?').next().unwrap();
    STORE.with_borrow(|store| {
        let Some(asset) = store.assets.get(path) else {
            return without_asset(404, "not found");
        };
        let mut headers = vec![("Content-Type".into(), asset.kind.clone())];
        headers.extend(certificate_header(path));
        let Piece { body, token } = piece(asset, path, 0);
        let method = String::from("next_piece");
        let callback = |token| {
            let callback = Next(Func { principal: canister_self(), method });
            Strategy::Callback { callback, token }
        };
        Response { status_code: 200, headers, body, streaming_strategy: token.map(callback) }
    })
}

#[ic_cdk::query]
fn next_piece(token: Token) -> Piece {
    STORE.with_borrow(|store| piece(&store.assets[&token.path], &token.path, token.start))
}

#[ic_cdk::init]
fn init() {
    certify();
}

#[ic_cdk::pre_upgrade]
fn pre_upgrade() {
    STORE.with_borrow(|store| ic_cdk::storage::stable_save((store,)).unwrap());
}

#[ic_cdk::post_upgrade]
fn post_upgrade() {
    let (store,): (Store,) = ic_cdk::storage::stable_restore().unwrap();
    HASHES.with_borrow_mut(|hashes| {
        for (path, asset) in &store.assets {
            hashes.insert(path.clone(), sha256(&asset.body));
        }
    });
    STORE.set(store);
    certify();
}

// What the canister offers, for callers who write text: a custom section of the module.
#[link_section = "icp:public candid:service"]
#[used]
static CANDID: [u8; include_bytes!("../assets.did").len()] = *include_bytes!("../assets.did");
