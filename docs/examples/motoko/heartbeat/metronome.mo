// A heartbeat that beats once in a round, and at every third beat calls the canister's own method.
import Runtime "mo:core/Runtime";

persistent actor Metronome {
  var beats = 0;
  var bars = 0;
  var running = false;
  var broken = false;

  system func heartbeat() : async () {
    if (not running) return;
    beats += 1;
    if broken Runtime.trap("the spring broke");
    if (beats % 3 == 0) await bar();
  };

  public func bar() : async () {
    bars += 1;
  };

  public func start() : async () { running := true };
  public func stop() : async () { running := false };
  public func wreck() : async () { broken := true };

  public query func read() : async { beats : Nat; bars : Nat } {
    { beats; bars }
  };
};
