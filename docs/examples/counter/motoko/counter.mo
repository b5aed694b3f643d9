// A counter. `persistent` keeps `count` across upgrades.
persistent actor Counter {
  var count : Nat = 0;

  public func inc() : async Nat {
    count += 1;
    return count;
  };

  public query func get() : async Nat {
    return count;
  };
};
