// A publisher that calls its readers back: function references, calls without an answer.
import List "mo:core/List";

persistent actor class Publisher() {
  type Reader = { topic : Text; read : shared Text -> () };
  let readers = List.empty<Reader>();

  public func subscribe(reader : Reader) : async Nat {
    List.add(readers, reader);
    List.size(readers)
  };

  public func publish(topic : Text, news : Text) : async Nat {
    var told = 0;
    for (reader in List.values(readers)) if (reader.topic == topic) {
      reader.read(news);
      told += 1;
    };
    told
  };
};
