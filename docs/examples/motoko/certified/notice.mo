// A notice board whose notice is certified: a query gives the notice with the certificate.
import Blob "mo:core/Blob";
import CertifiedData "mo:core/CertifiedData";
import Option "mo:core/Option";
import Text "mo:core/Text";

persistent actor Notice {
  var notice = "";

  public func set(text : Text) : async () {
    assert text.size() <= 32;
    notice := text;
    CertifiedData.set(Text.encodeUtf8(text));
  };

  /// More than 32 bytes: the canister traps, and the notice stays.
  public func setTooLong() : async () {
    notice := "0123456789abcdef0123456789abcdef+";
    CertifiedData.set(Text.encodeUtf8(notice));
  };

  public query func get() : async { notice : Text; certificate : ?Blob } {
    { notice; certificate = CertifiedData.getCertificate() }
  };

  public query func hasCertificate() : async Bool {
    Option.isSome(CertifiedData.getCertificate())
  };

  /// In an update there is none.
  public func certificateInUpdate() : async Bool {
    Option.isSome(CertifiedData.getCertificate())
  };
};
