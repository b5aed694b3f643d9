/// What is told about the subnet: its nodes, its canisters, and Bitcoin.

#include "replica/execution/management_refusal.hpp"
#include "replica/management/management_canister.hpp"

namespace icvm::replica::management::methods {

namespace {

Result<void, Failure> require_own(const Principal& subnet) {
    if (subnet == subnet_id()) return {};
    return refuse(ManagementRefusal::other_subnet, subnet.text(), subnet_id().text());
}

}  // namespace

/// There are no nodes of which something could be told.
ManagementResult<std::vector<NodeMetricsSample>> node_metrics_history(
    ManagementContext&, const NodeMetricsHistoryArguments& given) {
    TRY(require_own(given.subnet_id));
    return std::vector<NodeMetricsSample>();
}

ManagementResult<SubnetInfoResult> subnet_info(ManagementContext&,
                                               const SubnetInfoArguments& given) {
    TRY(require_own(given.subnet_id));
    return SubnetInfoResult{"icvm", 1};
}

/// The subnet has no admins, and only they may ask.
ManagementResult<ListCanistersResult> list_canisters(ManagementContext&, const Nothing&) {
    return refuse(ManagementRefusal::not_authorized);
}

ManagementResult<Nothing> bitcoin_get_balance(ManagementContext&, const Nothing&) {
    return refuse(ManagementRefusal::no_bitcoin);
}
ManagementResult<Nothing> bitcoin_get_utxos(ManagementContext&, const Nothing&) {
    return refuse(ManagementRefusal::no_bitcoin);
}
ManagementResult<Nothing> bitcoin_send_transaction(ManagementContext&, const Nothing&) {
    return refuse(ManagementRefusal::no_bitcoin);
}
ManagementResult<Nothing> bitcoin_get_current_fee_percentiles(ManagementContext&, const Nothing&) {
    return refuse(ManagementRefusal::no_bitcoin);
}
ManagementResult<Nothing> bitcoin_get_block_headers(ManagementContext&, const Nothing&) {
    return refuse(ManagementRefusal::no_bitcoin);
}

}  // namespace icvm::replica::management::methods
