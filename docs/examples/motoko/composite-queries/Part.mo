// A part of the words, for Words.mo.
import Iter "mo:core/Iter";
import Map "mo:core/Map";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";

persistent actor class Part() {
  let counts = Map.empty<Text, Nat>();

  public func add(word : Text) : async () {
    Map.add(counts, Text.compare, word, 1 + count(word));
  };

  func count(word : Text) : Nat {
    switch (Map.get(counts, Text.compare, word)) { case null 0; case (?count) count }
  };

  public query func get(word : Text) : async Nat { count(word) };

  public query func all() : async [(Text, Nat)] { Iter.toArray(Map.entries(counts)) };

  public query func broken() : async Nat { Runtime.trap("this part is broken") };
};
