// A journal in stable memory: one region for the texts, one for where each begins.
import Array "mo:core/Array";
import Blob "mo:core/Blob";
import Nat "mo:core/Nat";
import Nat64 "mo:core/Nat64";
import Region "mo:core/Region";
import Runtime "mo:core/Runtime";
import Text "mo:core/Text";

persistent actor Journal {
  let texts = Region.new();
  let places = Region.new();
  var size : Nat64 = 0; // of the texts
  var count : Nat64 = 0;

  func reserve(region : Region, bytes : Nat64) {
    let pages = (bytes + 0xffff) >> 16;
    let have = Region.size(region);
    if (pages > have and Region.grow(region, pages - have) == 0xffff_ffff_ffff_ffff)
      Runtime.trap("no room in stable memory");
  };

  func append(text : Text) : Nat64 {
    let bytes = Text.encodeUtf8(text);
    let end = size + Nat64.fromNat(Blob.size(bytes));
    reserve(texts, end);
    reserve(places, 16 * (count + 1));
    Region.storeBlob(texts, size, bytes);
    Region.storeNat64(places, 16 * count, size);
    Region.storeNat64(places, 16 * count + 8, Nat64.fromNat(Blob.size(bytes)));
    size := end;
    count += 1;
    count - 1
  };

  public func write(text : Text) : async Nat64 { append(text) };

  public query func read(entry : Nat64) : async ?Text {
    if (entry >= count) return null;
    let start = Region.loadNat64(places, 16 * entry);
    let length = Region.loadNat64(places, 16 * entry + 8);
    Text.decodeUtf8(Region.loadBlob(texts, start, Nat64.toNat(length)))
  };

  /// Many entries, so that the regions grow by turns and their blocks lie among each other.
  public func fill(entries : Nat, bytes : Nat) : async Nat64 {
    let text = Text.fromArray(Array.repeat('x', bytes));
    for (_ in Nat.range(0, entries)) ignore append(text);
    count
  };

  public query func pages() : async { texts : Nat64; places : Nat64; ids : [Nat] } {
    {
      texts = Region.size(texts);
      places = Region.size(places);
      ids = [Region.id(texts), Region.id(places)];
    }
  };

  public query func beyond() : async Nat8 {
    Region.loadNat8(texts, Region.size(texts) << 16)
  };

  public query func version() : async Text { "1" };
};
