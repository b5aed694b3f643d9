// Counts words in several canisters, a part of the alphabet in each; composite queries ask them.
import Array "mo:core/Array";
import Char "mo:core/Char";
import Error "mo:core/Error";
import List "mo:core/List";
import Nat32 "mo:core/Nat32";
import Principal "mo:core/Principal";
import Text "mo:core/Text";

persistent actor class Words(ids : [Principal]) = this {
  type Part = actor {
    add : Text -> async ();
    get : query Text -> async Nat;
    all : query () -> async [(Text, Nat)];
    broken : query () -> async Nat;
  };
  let parts = Array.map<Principal, Part>(ids, func id = actor (Principal.toText(id)));
  var asked = 0;

  func part(word : Text) : Part {
    let first = switch (Text.toIter(word).next()) { case null 'a'; case (?char) char };
    parts[Nat32.toNat(Char.toNat32(first)) % parts.size()]
  };

  public func add(words : [Text]) : async () {
    for (word in words.vals()) await part(word).add(word);
  };

  public composite query func get(word : Text) : async Nat {
    asked += 1; // kept across the await, forgotten at the end
    let count = await part(word).get(word);
    assert asked == 1;
    count
  };

  public composite query func all() : async [[(Text, Nat)]] {
    let lists = List.empty<[(Text, Nat)]>();
    for (part in parts.vals()) List.add(lists, await part.all());
    List.toArray(lists)
  };

  /// A composite query that asks itself, `depth` times.
  public composite query func nested(depth : Nat) : async Nat {
    if (depth == 0) return (await all()).size();
    1 + (await this.nested(depth - 1))
  };

  public composite query func tryBroken() : async Text {
    try { ignore await parts[0].broken(); "done" } catch (error) { Error.message(error) }
  };

  public composite query func tryUpdate() : async Text {
    let update = actor (Principal.toText(Principal.fromActor(parts[0]))) : actor {
      add : query Text -> async ();
    };
    try { await update.add("a"); "done" } catch (error) { Error.message(error) }
  };

  public query func timesAsked() : async Nat { asked };
};
