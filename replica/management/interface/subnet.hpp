#pragma once

/// What is told about the subnet.

#include "replica/management/interface/canisters.hpp"

namespace icvm::replica::management {

struct NodeMetricsHistoryArguments {
    Principal subnet_id;
    u64 start_at_timestamp_nanos = 0;
    CANDID_RECORD(NodeMetricsHistoryArguments, subnet_id, start_at_timestamp_nanos)
};
struct NodeMetrics {
    Principal node_id;
    u64 num_blocks_proposed_total = 0;
    u64 num_block_failures_total = 0;
    CANDID_RECORD(NodeMetrics, node_id, num_blocks_proposed_total, num_block_failures_total)
};
struct NodeMetricsSample {
    u64 timestamp_nanos = 0;
    std::vector<NodeMetrics> node_metrics;
    CANDID_RECORD(NodeMetricsSample, timestamp_nanos, node_metrics)
};

struct SubnetInfoArguments {
    Principal subnet_id;
    CANDID_RECORD(SubnetInfoArguments, subnet_id)
};
struct SubnetInfoResult {
    std::string replica_version;
    u64 registry_version = 0;
    CANDID_RECORD(SubnetInfoResult, replica_version, registry_version)
};

struct CanisterIdRange {
    Principal start, end;
    CANDID_RECORD(CanisterIdRange, start, end)
};
struct ListCanistersResult {
    std::vector<CanisterIdRange> canisters;
    CANDID_RECORD(ListCanistersResult, canisters)
};

}  // namespace icvm::replica::management
