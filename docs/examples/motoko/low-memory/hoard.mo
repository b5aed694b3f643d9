// Hoards bytes until the hook says that memory becomes scarce; then it stops, and tells how often the
// hook ran.
import List "mo:core/List";
import VarArray "mo:core/VarArray";

persistent actor Hoard {
  let heaps = List.empty<[var Nat]>();
  var warned = 0;

  system func lowmemory() : async* () { warned += 1 };

  /// About eight mebibytes each.
  public func hoard(heapsMore : Nat) : async Nat {
    var n = heapsMore;
    while (n > 0) {
      List.add(heaps, VarArray.repeat<Nat>(0, 1_048_576));
      n -= 1;
    };
    List.size(heaps)
  };

  public query func state() : async { heaps : Nat; warned : Nat } {
    { heaps = List.size(heaps); warned }
  };
};
