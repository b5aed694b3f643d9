// Reads what Publisher.mo publishes; what is called "bad" makes it trap, and nobody hears of that.
import List "mo:core/List";
import Principal "mo:core/Principal";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";

persistent actor class Reader(name : Text) = this {
  type Publisher = actor {
    subscribe : { topic : Text; read : shared Text -> () } -> async Nat;
  };
  let seen = List.empty<Text>();

  public func subscribe(publisher : Principal, topic : Text) : async Nat {
    let other = actor (Principal.toText(publisher)) : Publisher;
    await other.subscribe({ topic; read = this.read })
  };

  public shared ({ caller }) func read(news : Text) : () {
    List.add(seen, name # " heard from " # Principal.toText(caller) # ": " # news);
    if (Text.startsWith(news, #text "bad")) Runtime.trap(name # " does not like it");
  };

  public query func list() : async [Text] { List.toArray(seen) };
};
