// Pays into a purse, and counts what comes back.
import Cycles "mo:core/Cycles";
import Principal "mo:core/Principal";

persistent actor class Payer() {
  type Purse = actor {
    put : () -> async { offered : Nat; accepted : Nat };
    tear : () -> async ();
    give : (shared () -> async (), Nat) -> async Nat;
  };
  type Payment = { offered : Nat; accepted : Nat; refunded : Nat };

  func purse(id : Principal) : Purse { actor (Principal.toText(id)) };

  public func pay(id : Principal, amount : Nat) : async Payment {
    let { offered; accepted } = await (with cycles = amount) purse(id).put();
    { offered; accepted; refunded = Cycles.refunded() }
  };

  /// A callee that traps takes nothing: is the balance as before?
  public func payTorn(id : Principal, amount : Nat) : async Bool {
    let before = Cycles.balance();
    try {
      await (with cycles = amount) purse(id).tear();
    } catch _ {};
    Cycles.balance() == before
  };

  /// Takes at most a thousand.
  public func take() : async () {
    ignore Cycles.accept<system>(1_000);
  };

  public shared func takeBack(id : Principal, amount : Nat) : async Nat {
    await purse(id).give(take, amount)
  };

  public query func balance() : async Nat { Cycles.balance() };
};
