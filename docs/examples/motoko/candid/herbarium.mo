// A herbarium: what Candid can say, in and out.
import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Float "mo:core/Float";
import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Option "mo:core/Option";
import Principal "mo:core/Principal";
import Text "mo:core/Text";

persistent actor Herbarium {
  public type Colour = { #white; #yellow; #rgb : (Nat8, Nat8, Nat8); #mixed : [Colour] };
  public type Place = { latitude : Float; longitude : Float; note : ?Text };
  public type Plant = {
    name : Text;
    petals : Nat;
    colour : Colour;
    found : [Place];
    picture : Blob;
    finder : ?Principal;
  };
  public type Tree = { #leaf : Int; #node : { left : Tree; right : Tree } };
  public type Change = { #rename : Text; #add : Place; #recolour : Colour; #remove };
  public type Result = { #ok : Plant; #err : { #notFound : Nat; #refused : Text } };

  let plants = Map.empty<Nat, Plant>();
  var next = 0;

  public shared ({ caller }) func add(plant : Plant) : async Nat {
    let finder = ?Option.get(plant.finder, caller);
    Map.add(plants, Nat.compare, next, { plant with finder });
    next += 1;
    next - 1
  };

  public query func get(id : Nat) : async ?Plant {
    Map.get(plants, Nat.compare, id)
  };

  public func change(id : Nat, change : Change) : async Result {
    let ?plant = Map.get(plants, Nat.compare, id) else return #err(#notFound id);
    let changed = switch change {
      case (#rename "") return #err(#refused "a plant has a name");
      case (#rename name) { { plant with name } };
      case (#add place) { { plant with found = Array.concat(plant.found, [place]) } };
      case (#recolour colour) { { plant with colour } };
      case (#remove) {
        Map.remove(plants, Nat.compare, id);
        return #ok plant;
      };
    };
    Map.add(plants, Nat.compare, id, changed);
    #ok changed
  };

  public query func find(text : ?Text, petals : ?{ least : Nat; most : Nat }) : async [(Nat, Text)] {
    Map.toArray(
      Map.map<Nat, Plant, Text>(
        Map.filter<Nat, Plant>(
          plants,
          Nat.compare,
          func(_, plant) {
            (switch text { case null true; case (?t) Text.contains(plant.name, #text t) }) and
            (switch petals {
              case null true;
              case (?{ least; most }) plant.petals >= least and plant.petals <= most;
            })
          },
        ),
        func(_, plant) = plant.name,
      )
    )
  };

  public query func sum(tree : Tree) : async Int {
    func go(tree : Tree) : Int {
      switch tree { case (#leaf n) n; case (#node { left; right }) go(left) + go(right) }
    };
    go(tree)
  };

  public query func numbers(n : Nat, i : Int, n8 : Nat8, i16 : Int16, n64 : Nat64, f : Float)
    : async (Nat, Int, Nat8, Int16, Nat64, Float) {
    (n * n, -i, n8 ^ 0xff, -i16, n64 +% 1, Float.sqrt(f))
  };

  public query func bytes(blob : Blob) : async (Blob, Nat, Text) {
    let text = switch (Text.decodeUtf8(blob)) { case null "not UTF-8"; case (?text) text };
    (Blob.fromArray(Array.reverse(Blob.toArray(blob))), blob.size(), text)
  };

  public query func references(
    service : actor { get : query Nat -> async ?Plant },
    function : shared query Nat -> async ?Plant,
  ) : async (Principal, shared query Nat -> async ?Plant, actor { get : query Nat -> async ?Plant }) {
    (Principal.fromActor(service), function, service)
  };
};
