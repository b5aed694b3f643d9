// One shelf of the library: a canister of its own, made by Library.mo.
import Map "mo:core/Map";
import Nat "mo:core/Nat";

persistent actor class Shelf(number : Nat, room : Nat) {
  let books = Map.empty<Nat, Text>();

  public func put(book : Nat, title : Text) : async Bool {
    if (Map.size(books) == room) return false;
    Map.add(books, Nat.compare, book, title);
    true
  };

  public query func get(book : Nat) : async ?Text {
    Map.get(books, Nat.compare, book)
  };

  public query func state() : async { number : Nat; room : Nat; books : Nat } {
    { number; room; books = Map.size(books) }
  };
};
