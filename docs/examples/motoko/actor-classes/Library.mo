// A library that grows: when its shelves are full, it creates a canister and installs a new one. The
// modules of the shelves are inside its own.
import Array "mo:core/Array";
import Cycles "mo:core/Cycles";
import Error "mo:core/Error";
import List "mo:core/List";
import Principal "mo:core/Principal";
import Shelves "Shelf";

persistent actor Library {
  let room = 2;
  let shelves = List.empty<Shelves.Shelf>();
  var books = 0;

  public func put(title : Text) : async Nat {
    if (books == room * List.size(shelves)) {
      let number = List.size(shelves);
      let shelf = await (with cycles = 1_000_000_000_000) Shelves.Shelf(number, room);
      List.add(shelves, shelf);
    };
    let book = books;
    books += 1;
    assert await List.at(shelves, book / room).put(book, title);
    book
  };

  public func get(book : Nat) : async ?Text {
    if (book >= books) return null;
    await List.at(shelves, book / room).get(book)
  };

  public func state() : async [{ number : Nat; room : Nat; books : Nat }] {
    let states = List.empty<{ number : Nat; room : Nat; books : Nat }>();
    for (shelf in List.values(shelves)) List.add(states, await shelf.state());
    List.toArray(states)
  };

  public query func canisters() : async [Principal] {
    Array.map<Shelves.Shelf, Principal>(List.toArray(shelves), Principal.fromActor)
  };

  /// The same class with more room, in the same canister; what it holds stays.
  public func widen(number : Nat, wider : Nat) : async () {
    ignore await (system Shelves.Shelf)(#upgrade(List.at(shelves, number)))(number, wider)
  };

  /// Empty again.
  public func clear(number : Nat) : async () {
    ignore await (system Shelves.Shelf)(#reinstall(List.at(shelves, number)))(number, room)
  };

  /// A canister that is not empty cannot be installed: what the management canister says.
  public func install(number : Nat) : async Text {
    try {
      let canister = Principal.fromActor(List.at(shelves, number));
      ignore await (system Shelves.Shelf)(#install canister)(number, room);
      "installed"
    } catch (error) {
      Error.message(error)
    }
  };

  public query func balance() : async Nat {
    Cycles.balance()
  };
};
