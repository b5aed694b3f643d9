#include "replica/execution/module_cache.hpp"

#include <map>
#include <mutex>

namespace icvm::replica {

namespace {

/// What a process remembers at most. Beyond it everything is forgotten, and made again.
constexpr size_t modules_max = 32;

struct Key {
    Sha256 hash;
    bool guard;
    bool track;
    const vm::CostVersion* costs;
    auto operator<=>(const Key&) const = default;
};

struct ModuleCache {
    std::mutex mutex;
    std::map<Key, std::shared_ptr<const CanisterModule>> modules;
};

/// Never destroyed: a program that ends has nothing to tidy up in it.
ModuleCache& cache() {
    static ModuleCache& instance = *new ModuleCache;
    return instance;
}

}  // namespace

vm::CompileOptions canister_compile_options(bool guard, const vm::CostVersion& metering) {
    return {.guard = guard && vm::guard_available(), .track = true, .costs = &metering};
}

std::shared_ptr<const CanisterModule> find_module(const Sha256& hash,
                                                  const vm::CompileOptions& options) {
    ModuleCache& all = cache();
    const std::scoped_lock lock(all.mutex);
    const auto found = all.modules.find({hash, options.guard, options.track, options.costs});
    return found == all.modules.end() ? nullptr : found->second;
}

void remember_module(std::shared_ptr<const CanisterModule> module,
                     const vm::CompileOptions& options) {
    ModuleCache& all = cache();
    const std::scoped_lock lock(all.mutex);
    if (all.modules.size() >= modules_max) all.modules.clear();
    const Key key{module->hash, options.guard, options.track, options.costs};
    all.modules.insert_or_assign(key, std::move(module));
}

}  // namespace icvm::replica
