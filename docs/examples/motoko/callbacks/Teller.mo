// Moves money between two banks: what is before an await stays, what is after it is undone by a trap,
// and `finally` runs in any case.
import Error "mo:core/Error";
import List "mo:core/List";
import Nat "mo:core/Nat";
import Principal "mo:core/Principal";
import Runtime "mo:core/Runtime";

persistent actor class Teller() {
  type Bank = actor {
    deposit : (Text, Nat) -> async Nat;
    withdraw : (Text, Nat) -> async Nat;
  };

  let diary = List.empty<Text>();
  var busy = false;

  func bank(id : Principal) : Bank { actor (Principal.toText(id)) };

  func code(error : Error) : Text {
    switch (Error.code(error)) {
      case (#canister_reject) "canister_reject";
      case (#canister_error) "canister_error";
      case (#destination_invalid) "destination_invalid";
      case (#system_transient) "system_transient";
      case (#system_unknown) "system_unknown";
      case (#system_fatal) "system_fatal";
      case (#call_error _) "call_error";
      case (#future n) "future " # Nat.toText(Nat.fromNat32(n));
    }
  };

  public func transfer(from : Principal, to : Principal, account : Text, amount : Nat) : async Text {
    if busy throw Error.reject("busy");
    busy := true;
    try {
      ignore await bank(from).withdraw(account, amount);
      List.add(diary, "withdrawn");
      try {
        ignore await bank(to).deposit(account, amount);
      } catch (error) {
        List.add(diary, "brought back");
        ignore await bank(from).deposit(account, amount);
        throw error;
      };
      "done"
    } catch (error) {
      code(error) # ": " # Error.message(error)
    } finally {
      List.add(diary, "closed");
      busy := false;
    }
  };

  /// Traps after the withdrawal: the diary has no line of it, the money is gone, `finally` has run.
  public func carelessTransfer(from : Principal, account : Text, amount : Nat) : async () {
    if busy throw Error.reject("busy");
    busy := true;
    try {
      ignore await bank(from).withdraw(account, amount);
      List.add(diary, "withdrawn");
      Runtime.trap("the teller fell asleep");
    } finally {
      List.add(diary, "closed");
      busy := false;
    }
  };

  /// The same without `finally`: the teller stays busy for ever.
  public func forgetfulTransfer(from : Principal, account : Text, amount : Nat) : async () {
    if busy throw Error.reject("busy");
    busy := true;
    ignore await bank(from).withdraw(account, amount);
    Runtime.trap("the teller fell asleep");
  };

  /// A `finally` that traps as well: nothing of it is kept.
  public func hopelessTransfer(from : Principal, account : Text) : async () {
    List.add(diary, "begun");
    try {
      ignore await bank(from).withdraw(account, 0);
      List.add(diary, "withdrawn");
      Runtime.trap("the teller fell asleep");
    } finally {
      List.add(diary, "closed");
      Runtime.trap("and the lamp fell down");
    }
  };

  public func call(canister : Principal) : async Text {
    let other = actor (Principal.toText(canister)) : actor { missing : () -> async () };
    try {
      await other.missing();
      "done"
    } catch (error) {
      code(error) # ": " # Error.message(error)
    }
  };

  public query func read() : async { diary : [Text]; busy : Bool } {
    { diary = List.toArray(diary); busy }
  };
};
