/// What one ICP costs, as a web server says it. The response has the time of day in it, which differs
/// from node to node; `transform` leaves the price alone.
import Blob "mo:core/Blob";
import Text "mo:core/Text";

persistent actor Rates {
  type Header = { name : Text; value : Text };
  type Response = { status : Nat; headers : [Header]; body : Blob };
  type Transform = {
    function : shared query { response : Response; context : Blob } -> async Response;
    context : Blob;
  };
  let ic : actor {
    http_request : shared {
      url : Text;
      max_response_bytes : ?Nat64;
      method : { #get; #head; #post };
      headers : [Header];
      body : ?Blob;
      transform : ?Transform;
      is_replicated : ?Bool;
    } -> async Response;
  } = actor "aaaaa-aa";

  var asked = 0;

  public query func transform({ response : Response; context : Blob }) : async Response {
    let text = switch (Text.decodeUtf8(response.body)) { case (?text) text; case null "" };
    let prefix = switch (Text.decodeUtf8(context)) { case (?text) text; case null "" };
    for (line in text.split(#char '\n'))
      switch (line.stripStart(#text prefix)) {
        case (?price) return { status = response.status; headers = []; body = Text.encodeUtf8(price) };
        case null {};
      };
    { status = response.status; headers = []; body = "" : Blob };
  };

  /// The price in a currency: "USD".
  public func price(currency : Text) : async Text {
    asked += 1;
    let response = await (with cycles = 300_000_000) ic.http_request({
      url = "https://rates.example.com/icp/" # currency;
      max_response_bytes = ?1_000;
      method = #get;
      headers = [{ name = "accept"; value = "text/plain" }];
      body = null;
      transform = ?{ function = transform; context = "price: " : Blob };
      is_replicated = null;
    });
    if (response.status != 200) return "no price: status " # debug_show (response.status);
    switch (Text.decodeUtf8(response.body)) { case (?price) price; case null "no text" };
  };

  public query func questions() : async Nat { asked };
}
