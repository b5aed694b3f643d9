// A purse with a bottom: it accepts what fits, the rest goes back.
import Cycles "mo:core/Cycles";
import Nat "mo:core/Nat";
import Runtime "mo:core/Runtime";

persistent actor class Purse(capacity : Nat) {
  var savings = 0;

  public func put() : async { offered : Nat; accepted : Nat } {
    let offered = Cycles.available();
    let accepted = Cycles.accept<system>(Nat.min(offered, capacity - savings));
    savings += accepted;
    { offered; accepted }
  };

  /// Accepts all, then traps: nothing is accepted.
  public func tear() : async () {
    savings += Cycles.accept<system>(Cycles.available());
    Runtime.trap("the purse is torn");
  };

  /// Sends savings to whoever takes cycles by this method.
  public func give(to : shared () -> async (), amount : Nat) : async Nat {
    if (amount > savings) Runtime.trap("only " # Nat.toText(savings) # " saved");
    savings -= amount;
    await (with cycles = amount) to();
    let refund = Cycles.refunded();
    savings += refund;
    amount - refund : Nat
  };

  public func burn(amount : Nat) : async Nat {
    let burnt = Cycles.burn<system>(Nat.min(amount, savings));
    savings -= burnt;
    burnt
  };

  public query func saved() : async Nat { savings };
  public query func balance() : async Nat { Cycles.balance() };
};
