#include "spec-tests/metering/comparison.hpp"

#include <fmt/format.h>

#include <cstring>
#include <ranges>

#include "spec-tests/metering/host.hpp"
#include "vm/base/random.hpp"

namespace icvm::metering {

using namespace vm;

namespace {

/// Loops and calls of each call of a random module.
constexpr u64 fuel = 150;
/// Functions of a module that are run with budgets around what they use.
constexpr int limited_functions = 2;

/// One form of the module, with a host of its own.
struct Leg {
    Host host;
    MeteredInstance metered;

    Leg(const MeteredModule& module, MeteredForm form, const InstantiationOptions& options)
        : metered(
              module, form,
              [this](Store& store, const Module& of) { return host.imports(store, of); }, options) {
    }
    Instance& instance() { return *metered.instance(); }
};

/// A call of both legs.
struct Call {
    std::string name;  ///< of the export; empty: the start function
    std::vector<Value> arguments;
    i64 limit;
    i64 slice;
};

std::string show(const MeteredOutcome& outcome) {
    std::string text =
        fmt::format("{} left, {}", outcome.counter, outcome.trap.empty() ? "ended" : outcome.trap);
    for (const TrapFrame& frame : outcome.frames | std::views::take(3))
        text += fmt::format(" {}:{:x}", frame.function, frame.offset);
    return text;
}

bool same_value(const Value& a, const Value& b) {
    if (a.type.is_reference()) return (a.bits == 0) == (b.bits == 0);
    return a.bits == b.bits && a.high == b.high;
}

/// The first `count` of each.
bool same_values(const std::vector<Value>& a, const std::vector<Value>& b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!same_value(a[i], b[i])) return false;
    return true;
}

class Comparison {
public:
    Comparison(const MeteredModule& module, u64 seed, i64 ample, Counts& counts)
        : module_(module), random_(seed), ample_(ample), counts_(counts) {
        options_.memory = {.guard = guard(seed), .track = track(seed)};
        if (module.module().start) names_.push_back("");
        for (const Export& one : module.module().exports)
            if (one.kind == ExternKind::function) names_.push_back(one.name);
    }

    static bool guard(u64 seed) { return seed % 2 == 0; }
    static bool track(u64 seed) { return seed % 3 == 0; }

    std::string run() {
        make_legs();
        if (!counted_->metered.instance() || !written_->metered.instance())
            return counted_->metered.instance() || written_->metered.instance()
                       ? "one form cannot be instantiated"
                       : "";
        for (const std::string& name : names_)
            if (!call(call_of(name, ample_))) return difference_;
        for (int i = 0; i < limited_functions && !names_.empty(); i++)
            if (!call_limited(random_.pick(names_))) return difference_;
        return difference_;
    }

private:
    void make_legs() {
        counted_ = std::make_unique<Leg>(module_, MeteredForm::counted, options_);
        written_ = std::make_unique<Leg>(module_, MeteredForm::instrumented, options_);
    }

    static FunctionInstance& function(Leg& leg, const std::string& name) {
        return name.empty() ? *start_function(leg.instance())
                            : *find_exported_function(leg.instance(), name);
    }

    Call call_of(const std::string& name, i64 limit) {
        Call call{name, {}, limit, i64(1 + random_.below(500))};
        if (random_.percent(50)) call.slice = limit;
        for (const ValueType type : type_of(function(*counted_, name)).parameters) {
            const u64 bits = random_.percent(50) ? random_.below(16) : random_.next();
            call.arguments.push_back({type, type.is_reference() ? 0 : in_slot(type, bits)});
        }
        return call;
    }

    /// What it uses from a fresh state; then exactly that, one less, and any parts of it.
    bool call_limited(const std::string& name) {
        make_legs();
        Call one = call_of(name, ample_);
        if (!call(one)) return false;
        const u64 used = u64(std::max(ample_ - last_counter_, i64(0)));
        for (const i64 limit :
             {i64(used), std::max(i64(used) - 1, i64(0)), i64(random_.next() % (used + 1)),
              i64(random_.next() % (used + 1))}) {
            make_legs();
            one.limit = limit;
            if (!call(one)) return false;
        }
        return true;
    }

    static MeteredOutcome run(Leg& leg, const Call& call) {
        leg.host.calls.clear();
        if (const auto found = find_export(leg.instance(), "fuel"))
            if (const auto* global = std::get_if<GlobalInstance*>(&*found)) *(*global)->cell = fuel;
        return leg.metered.run(function(leg, call.name), call.arguments, call.limit, call.slice);
    }

    /// False: there is a difference.
    bool call(const Call& call) {
        const MeteredOutcome a = run(*counted_, call), b = run(*written_, call);
        last_counter_ = a.counter;
        count(a);
        compare_outcomes(a, b);
        compare_host_calls();
        compare_state();
        if (!difference_.empty())
            difference_ = fmt::format("\"{}\" with {} in slices of {}: {}", call.name, call.limit,
                                      call.slice, difference_);
        return difference_.empty();
    }

    void count(const MeteredOutcome& outcome) {
        counts_.runs++;
        counts_.host_calls += counted_->host.calls.size();
        const bool struck = outcome.trap == to_string(TrapReason::out_of_budget);
        counts_.out_of_budget += struck;
        counts_.traps += !outcome.trap.empty() && !struck;
        counts_.overspent += outcome.counter < 0 && !struck;
    }

    void differ(std::string what) {
        if (difference_.empty()) difference_ = std::move(what);
    }

    void compare_outcomes(const MeteredOutcome& a, const MeteredOutcome& b) {
        bool same = a.trap == b.trap && a.counter == b.counter &&
                    a.frames.size() == b.frames.size() && a.results.size() == b.results.size() &&
                    same_values(a.results, b.results, a.results.size());
        for (size_t i = 0; same && i < a.frames.size(); i++)
            same = a.frames[i].function == b.frames[i].function &&
                   a.frames[i].offset == b.frames[i].offset;
        if (!same) differ(fmt::format("{} | mainnet's: {}", show(a), show(b)));
    }

    void compare_host_calls() {
        const auto &a = counted_->host.calls, &b = written_->host.calls;
        if (a.size() != b.size())
            differ(fmt::format("{} calls of the host | mainnet's: {}", a.size(), b.size()));
        for (size_t i = 0; i < std::min(a.size(), b.size()); i++)
            if (a[i] != b[i]) differ(fmt::format("{} | mainnet's: {}", a[i], b[i]));
    }

    void compare_state() {
        Instance &a = counted_->instance(), &b = written_->instance();
        const Module& module = module_.module();
        const std::vector<Value> globals = global_values(a);
        if (!same_values(globals, global_values(b), globals.size())) differ("globals");
        for (size_t i = 0; i < module.memory_types.size(); i++) {
            Memory &one = *a.memories[i], &other = *b.memories[i];
            const u64 size = one.size_bytes;
            if (size != other.size_bytes)
                differ("size of a memory");
            else if (size != 0 &&
                     std::memcmp(one.readable(0, size), other.readable(0, size), size) != 0)
                differ("content of a memory");
        }
        for (size_t i = 0; i < module.table_types.size(); i++) {
            const TableInstance &one = *a.tables[i], &other = *b.tables[i];
            if (one.size != other.size) return differ("size of a table");
            for (u64 n = 0; n < one.size; n++)
                if ((one.elements[n] == 0) != (other.elements[n] == 0))
                    return differ("element of a table");
        }
    }

    const MeteredModule& module_;
    Random random_;
    i64 ample_;
    Counts& counts_;
    InstantiationOptions options_;
    std::vector<std::string> names_;
    std::unique_ptr<Leg> counted_, written_;
    i64 last_counter_ = 0;
    std::string difference_;
};

}  // namespace

std::string compare(const ByteVector& bytes, u64 seed, i64 ample, Counts& counts) {
    const MeteredModule module(
        bytes, {.guard = Comparison::guard(seed), .track = Comparison::track(seed)});
    if (!module.error.empty()) return module.error;
    counts.modules++;
    return Comparison(module, seed, ample, counts).run();
}

}  // namespace icvm::metering
