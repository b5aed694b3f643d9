// Reminders: timers that ring once, timers that ring again and again, and one that stops itself.
import Int "mo:core/Int";
import List "mo:core/List";
import Time "mo:core/Time";
import Timer "mo:core/Timer";

persistent actor Reminders {
  let start = Time.now();
  let rung = List.empty<Text>();
  transient var countdown : ?Timer.TimerId = null;
  transient var left = 0;

  func ring(what : Text) {
    List.add(rung, Int.toText((Time.now() - start) / 1_000_000_000) # "s " # what);
  };

  public func after(seconds : Nat, what : Text) : async Timer.TimerId {
    Timer.setTimer<system>(#seconds seconds, func() : async () { ring(what) })
  };

  public func every(seconds : Nat, what : Text) : async Timer.TimerId {
    Timer.recurringTimer<system>(#seconds seconds, func() : async () { ring(what) })
  };

  public func cancel(timer : Timer.TimerId) : async () {
    Timer.cancelTimer(timer)
  };

  /// A job that awaits: it goes on in a later round.
  public func askAfter(seconds : Nat) : async Timer.TimerId {
    Timer.setTimer<system>(#seconds seconds, func() : async () {
      ring("asks");
      ring(await answer());
    })
  };

  public func answer() : async Text {
    "answered"
  };

  /// A job that traps: what it did is undone, and the others go on.
  public func trapAfter(seconds : Nat) : async Timer.TimerId {
    Timer.setTimer<system>(#seconds seconds, func() : async () {
      ring("before the trap");
      assert false;
    })
  };

  public func countDown(from : Nat) : async () {
    left := from;
    countdown := ?Timer.recurringTimer<system>(#seconds 1, func() : async () {
      ring(Int.toText(left));
      if (left == 0) {
        let ?timer = countdown else return;
        Timer.cancelTimer(timer);
      } else left -= 1;
    });
  };

  public query func list() : async [Text] {
    List.toArray(rung)
  };
};
