// A door: `inspect` looks at messages from outside before they cost anything. Calls from canisters,
// those to itself as well, do not pass there.
import Blob "mo:core/Blob";
import Principal "mo:core/Principal";
import Text "mo:core/Text";

persistent actor Door {
  var knocks = 0;
  var letters = 0;
  var locked = false;

  system func inspect({
    caller : Principal;
    arg : Blob;
    msg : {
      #knock : () -> ();
      #post : () -> Text;
      #lock : () -> Bool;
      #knockFromInside : () -> ();
      #look : () -> ();
    };
  }) : Bool {
    if (arg.size() > 100) return false;
    switch msg {
      case (#lock _) not Principal.isAnonymous(caller);
      case (#post text) not locked and text().size() < 20;
      case (#knock _) not locked;
      case _ true;
    }
  };

  public func knock() : async () { knocks += 1 };
  public func post(letter : Text) : async () { letters += letter.size() };
  public func lock(yes : Bool) : async () { locked := yes };
  public func knockFromInside() : async () { await knock() };
  public query func look() : async { knocks : Nat; letters : Nat } { { knocks; letters } };
};
