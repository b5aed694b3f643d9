// Accounts for Teller.mo, with a vault that can be jammed: then a method fails in one of several ways.
import Error "mo:core/Error";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";

persistent actor class Bank(name : Text) {
  let accounts = Map.empty<Text, Nat>();
  var vault : { #open; #jammed; #closed } = #open;

  public func set(state : { #open; #jammed; #closed }) : async () {
    vault := state
  };

  func check() : async* () {
    switch vault {
      case (#open) {};
      case (#jammed) Runtime.trap(name # ": the vault is jammed");
      case (#closed) throw Error.reject(name # ": closed today");
    }
  };

  public func deposit(account : Text, amount : Nat) : async Nat {
    let balance = amount + (switch (Map.get(accounts, Text.compare, account)) {
      case null 0;
      case (?balance) balance;
    });
    Map.add(accounts, Text.compare, account, balance);
    await* check(); // a trap undoes the line above, a reject does not
    balance
  };

  public func withdraw(account : Text, amount : Nat) : async Nat {
    await* check();
    let ?balance = Map.get(accounts, Text.compare, account) else throw Error.reject("no account");
    if (balance < amount) throw Error.reject("only " # Nat.toText(balance) # " left");
    Map.add(accounts, Text.compare, account, balance - amount : Nat);
    balance - amount : Nat
  };

  public query func balance(account : Text) : async Nat {
    switch (Map.get(accounts, Text.compare, account)) { case null 0; case (?balance) balance }
  };
};
