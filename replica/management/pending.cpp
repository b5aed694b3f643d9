// Methods that are still to come.

#include <fmt/format.h>

#include "replica/management/management_canister.hpp"

namespace icvm::replica::management::methods {

namespace {

std::unexpected<Failure> later(std::string_view name) {
    return std::unexpected(failure_of(
        reject(ErrorCode::canister_rejected_message,
               fmt::format("{} comes with a later version of icvm", name))));
}

}  // namespace

ManagementResult<Nothing> update_settings(ManagementContext&, const UpdateSettingsArguments&) { return later("update_settings"); }
ManagementResult<ChunkHash> upload_chunk(ManagementContext&, const UploadChunkArguments&) { return later("upload_chunk"); }
ManagementResult<Nothing> clear_chunk_store(ManagementContext&, const CanisterIdRecord&) { return later("clear_chunk_store"); }
ManagementResult<std::vector<ChunkHash>> stored_chunks(ManagementContext&, const CanisterIdRecord&) { return later("stored_chunks"); }
ManagementResult<Nothing> install_chunked_code(ManagementContext&, const InstallChunkedCodeArguments&) { return later("install_chunked_code"); }
ManagementResult<CanisterStatusResult> canister_status(ManagementContext&, const CanisterIdRecord&) { return later("canister_status"); }
ManagementResult<CanisterMetricsResult> canister_metrics(ManagementContext&, const CanisterIdRecord&) { return later("canister_metrics"); }
ManagementResult<CanisterInfoResult> canister_info(ManagementContext&, const CanisterInfoArguments&) { return later("canister_info"); }
ManagementResult<CanisterMetadataResult> canister_metadata(ManagementContext&, const CanisterMetadataArguments&) { return later("canister_metadata"); }
ManagementResult<HttpRequestResult> http_request(ManagementContext&, const HttpRequestArguments&) { return later("http_request"); }
ManagementResult<Nothing> flexible_http_request(ManagementContext&, const FlexibleHttpRequestArguments&) { return later("flexible_http_request"); }
ManagementResult<PublicKeyResult> ecdsa_public_key(ManagementContext&, const EcdsaPublicKeyArguments&) { return later("ecdsa_public_key"); }
ManagementResult<SignatureResult> sign_with_ecdsa(ManagementContext&, const SignWithEcdsaArguments&) { return later("sign_with_ecdsa"); }
ManagementResult<PublicKeyResult> schnorr_public_key(ManagementContext&, const SchnorrPublicKeyArguments&) { return later("schnorr_public_key"); }
ManagementResult<SignatureResult> sign_with_schnorr(ManagementContext&, const SignWithSchnorrArguments&) { return later("sign_with_schnorr"); }
ManagementResult<VetKdPublicKeyResult> vetkd_public_key(ManagementContext&, const VetKdPublicKeyArguments&) { return later("vetkd_public_key"); }
ManagementResult<VetKdDeriveKeyResult> vetkd_derive_key(ManagementContext&, const VetKdDeriveKeyArguments&) { return later("vetkd_derive_key"); }
ManagementResult<Nothing> bitcoin_get_balance(ManagementContext&, const BitcoinArguments&) { return later("bitcoin_get_balance"); }
ManagementResult<Nothing> bitcoin_get_utxos(ManagementContext&, const BitcoinArguments&) { return later("bitcoin_get_utxos"); }
ManagementResult<Nothing> bitcoin_send_transaction(ManagementContext&, const BitcoinArguments&) { return later("bitcoin_send_transaction"); }
ManagementResult<Nothing> bitcoin_get_current_fee_percentiles(ManagementContext&, const BitcoinArguments&) { return later("bitcoin_get_current_fee_percentiles"); }
ManagementResult<Nothing> bitcoin_get_block_headers(ManagementContext&, const BitcoinArguments&) { return later("bitcoin_get_block_headers"); }
ManagementResult<std::vector<NodeMetricsSample>> node_metrics_history(ManagementContext&, const NodeMetricsHistoryArguments&) { return later("node_metrics_history"); }
ManagementResult<SubnetInfoResult> subnet_info(ManagementContext&, const SubnetInfoArguments&) { return later("subnet_info"); }
ManagementResult<SnapshotRecord> take_canister_snapshot(ManagementContext&, const TakeSnapshotArguments&) { return later("take_canister_snapshot"); }
ManagementResult<Nothing> load_canister_snapshot(ManagementContext&, const LoadSnapshotArguments&) { return later("load_canister_snapshot"); }
ManagementResult<std::vector<SnapshotRecord>> list_canister_snapshots(ManagementContext&, const CanisterIdRecord&) { return later("list_canister_snapshots"); }
ManagementResult<Nothing> delete_canister_snapshot(ManagementContext&, const SnapshotArguments&) { return later("delete_canister_snapshot"); }
ManagementResult<SnapshotMetadataResult> read_canister_snapshot_metadata(ManagementContext&, const SnapshotArguments&) { return later("read_canister_snapshot_metadata"); }
ManagementResult<ReadSnapshotDataResult> read_canister_snapshot_data(ManagementContext&, const ReadSnapshotDataArguments&) { return later("read_canister_snapshot_data"); }
ManagementResult<UploadSnapshotMetadataResult> upload_canister_snapshot_metadata(ManagementContext&, const UploadSnapshotMetadataArguments&) { return later("upload_canister_snapshot_metadata"); }
ManagementResult<Nothing> upload_canister_snapshot_data(ManagementContext&, const UploadSnapshotDataArguments&) { return later("upload_canister_snapshot_data"); }
ManagementResult<FetchCanisterLogsResult> fetch_canister_logs(ManagementContext&, const FetchCanisterLogsArguments&) { return later("fetch_canister_logs"); }
ManagementResult<ListCanistersResult> list_canisters(ManagementContext&, const Nothing&) { return later("list_canisters"); }

}  // namespace icvm::replica::management::methods
