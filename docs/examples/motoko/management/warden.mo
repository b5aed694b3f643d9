// A warden of canisters: what a program asks the management canister for.
import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Cycles "mo:core/Cycles";
import Error "mo:core/Error";
import List "mo:core/List";
import Nat "mo:core/Nat";
import Nat8 "mo:core/Nat8";
import Principal "mo:core/Principal";

persistent actor Warden {
  type Id = { canister_id : Principal };
  type Settings = {
    controllers : ?[Principal];
    compute_allocation : ?Nat;
    memory_allocation : ?Nat;
    freezing_threshold : ?Nat;
  };
  type Definite = {
    controllers : [Principal];
    compute_allocation : Nat;
    memory_allocation : Nat;
    freezing_threshold : Nat;
  };
  type Mode = { #install; #reinstall; #upgrade };
  type Key = { curve : { #secp256k1 }; name : Text };
  transient let ic = actor "aaaaa-aa" : actor {
    create_canister : { settings : ?Settings } -> async Id;
    update_settings : { canister_id : Principal; settings : Settings } -> async ();
    install_code : {
      mode : Mode;
      canister_id : Principal;
      wasm_module : Blob;
      arg : Blob;
    } -> async ();
    uninstall_code : Id -> async ();
    start_canister : Id -> async ();
    stop_canister : Id -> async ();
    delete_canister : Id -> async ();
    canister_status : Id -> async {
      status : { #running; #stopping; #stopped };
      settings : Definite;
      module_hash : ?Blob;
      cycles : Nat;
    };
    canister_info : { canister_id : Principal; num_requested_changes : ?Nat64 } -> async {
      total_num_changes : Nat64;
      controllers : [Principal];
    };
    deposit_cycles : Id -> async ();
    raw_rand : () -> async Blob;
    ecdsa_public_key : {
      canister_id : ?Principal;
      derivation_path : [Blob];
      key_id : Key;
    } -> async { public_key : Blob; chain_code : Blob };
    sign_with_ecdsa : { message_hash : Blob; derivation_path : [Blob]; key_id : Key } -> async {
      signature : Blob;
    };
  };

  let wards = List.empty<Principal>();

  func ward(number : Nat) : Id { { canister_id = List.at(wards, number) } };

  public func create(cycles : Nat) : async Text {
    try {
      let self = Principal.fromActor(Warden);
      let settings = ?{
        controllers = ?[self];
        compute_allocation = null;
        memory_allocation = null;
        freezing_threshold = ?86_400;
      };
      let { canister_id } = await (with cycles) ic.create_canister({ settings });
      List.add(wards, canister_id);
      Principal.toText(canister_id)
    } catch (error) { Error.message(error) }
  };

  public func status(number : Nat) : async {
    status : { #running; #stopping; #stopped };
    settings : Definite;
    hasModule : Bool;
    cycles : Nat;
    changes : Nat64;
  } {
    let { status; settings; module_hash; cycles } = await ic.canister_status(ward(number));
    let { canister_id } = ward(number);
    let info = await ic.canister_info({ canister_id; num_requested_changes = null });
    { status; settings; hasModule = module_hash != null; cycles; changes = info.total_num_changes }
  };

  public func install(number : Nat, wasm_module : Blob) : async Text {
    let { canister_id } = ward(number);
    try {
      await ic.install_code({ mode = #install; canister_id; wasm_module; arg = "" });
      "installed"
    } catch (error) { Error.message(error) }
  };

  public func allocate(number : Nat, percent : Nat) : async Text {
    let { canister_id } = ward(number);
    let settings = {
      controllers = null;
      compute_allocation = ?percent;
      memory_allocation = null;
      freezing_threshold = null;
    };
    try {
      await ic.update_settings({ canister_id; settings });
      "allocated"
    } catch (error) { Error.message(error) }
  };

  public func deposit(number : Nat, cycles : Nat) : async Nat {
    await (with cycles) ic.deposit_cycles(ward(number));
    Cycles.refunded()
  };

  public func uninstall(number : Nat) : async () { await ic.uninstall_code(ward(number)) };
  public func start(number : Nat) : async () { await ic.start_canister(ward(number)) };
  public func stop(number : Nat) : async () { await ic.stop_canister(ward(number)) };

  public func delete(number : Nat) : async Text {
    try { await ic.delete_canister(ward(number)); "deleted" } catch (error) { Error.message(error) }
  };

  /// Nobody else's canister can be stopped.
  public func stopOther(id : Principal) : async Text {
    try {
      await ic.stop_canister({ canister_id = id });
      "stopped"
    } catch (error) { Error.message(error) }
  };

  /// 32 bytes each time, never the same.
  public func random() : async { bytes : Nat; different : Bool } {
    let one = await ic.raw_rand();
    let two = await ic.raw_rand();
    { bytes = one.size(); different = one != two }
  };

  /// The key is that of this canister and path, so that it is the same each time; the signature has
  /// 64 bytes, the compressed key 33.
  public func sign(path : [Blob], name : Text) : async {
    #ok : { key : Nat; signature : Nat; sameKey : Bool; otherKey : Bool };
    #err : Text;
  } {
    let key_id = { curve = #secp256k1; name };
    let ask = { canister_id = null; derivation_path = path; key_id };
    try {
      let one = await ic.ecdsa_public_key ask;
      let two = await ic.ecdsa_public_key ask;
      let longer = Array.concat<Blob>(path, ["\01"]);
      let other = await ic.ecdsa_public_key({ ask with derivation_path = longer });
      let message_hash = Blob.fromArray(Array.tabulate<Nat8>(32, Nat8.fromNat));
      let { signature } = await (with cycles = 30_000_000_000)
        ic.sign_with_ecdsa({ message_hash; derivation_path = path; key_id });
      #ok {
        key = one.public_key.size();
        signature = signature.size();
        sameKey = one == two;
        otherKey = one != other;
      }
    } catch (error) { #err(Error.message(error)) }
  };
};
