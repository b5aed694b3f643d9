#include "replica/certification/certificate.hpp"

namespace icvm::replica {

namespace {

ByteVector label(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

BlsSignature no_signature(const Sha256&) { return {}; }

Result<ByteVector, StorageError> certificate(StateTree& tree, const StateView& state,
                                             std::vector<LabelPath> paths, const Signer& signer) {
    paths.push_back({label("time")});
    const HashTree shown = TRY(tree.witness(state, paths));
    cbor::Writer writer;
    writer.put_self_described();
    writer.put_map(2);
    writer.put_text("tree");
    put(writer, shown);
    writer.put_text("signature");
    writer.put_bytes(signer(root_hash(shown)));
    return writer.take();
}

Result<ByteVector, StorageError> data_certificate(StateTree& tree, const StateView& state,
                                                  const Principal& canister, const Signer& signer) {
    const ByteVector id(canister.bytes().begin(), canister.bytes().end());
    return certificate(tree, state, {{label("canister"), id, label("certified_data")}}, signer);
}

}  // namespace icvm::replica
