/// The machine stops, or the disk fails, at every single call that the store makes.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <map>

#include "replica/store/directory.hpp"
#include "replica/store/simulated_disk.hpp"

using namespace icvm;
using namespace icvm::replica;
using Fault = SimulatedDisk::Fault;

namespace {

/// Small enough that transactions spill and the log is compacted several times.
constexpr DirectoryLimits small{.compaction_bytes_min = 64 << 10, .staged_bytes_max = 24 << 10};
const std::string state_path = "/state";

ByteVector page_of(u8 value) { return ByteVector(vm::page_bytes, value); }

/// What the state should be.
struct Model {
    std::map<std::pair<u64, u64>, u8> pages;
    std::map<std::string, std::string> records;
};

/// A transaction, applied to the storage and to the model.
struct Step {
    std::vector<std::pair<std::pair<u64, u64>, u8>> pages;
    std::vector<std::pair<std::string, std::optional<std::string>>> records;
    u64 erased_memory = 0;

    void apply(Model& model) const {
        if (erased_memory)
            std::erase_if(model.pages,
                          [&](const auto& page) { return page.first.first == erased_memory; });
        for (const auto& [place, value] : pages) {
            model.pages[place] = value;
            if (value == 0) model.pages.erase(place);
        }
        for (const auto& [key, value] : records) {
            if (value)
                model.records[key] = *value;
            else
                model.records.erase(key);
        }
    }
    Result<void, StorageError> apply(Storage& storage) const {
        const auto transaction = storage.begin();
        if (erased_memory) transaction->erase_memory(MemoryId(erased_memory));
        for (const auto& [place, value] : pages)
            transaction->put_pages(MemoryId(place.first), std::span(&place.second, 1),
                                   page_of(value));
        for (const auto& [key, value] : records) {
            if (value)
                transaction->put_record(key, bytes_of(*value));
            else
                transaction->erase_record(key);
        }
        return transaction->commit();
    }
};

std::vector<Step> script() {
    std::vector<Step> steps;
    for (u8 i = 0; i < 14; i++) {
        Step step;
        step.records.push_back({"counter", std::string(1 + i * 30, char('a' + i))});
        step.records.push_back({"canister/" + std::to_string(i % 5), "x"});
        for (u64 page = 0; page < u64(i) % 4; page++)
            step.pages.push_back({{1, page * 5 + i % 3}, u8(i + 1)});
        if (i % 5 == 1)
            for (u64 page = 0; page < 12; page++)
                step.pages.push_back({{2, page << i}, u8(i + 100)});
        if (i == 8) step.erased_memory = 2;
        if (i % 6 == 3) step.records.push_back({"canister/1", std::nullopt});
        if (i == 9) step.records.push_back({"module", std::string(9000, 'm')});
        if (i == 10) step.pages.push_back({{1, 0}, 0});
        steps.push_back(step);
    }
    return steps;
}

/// Any transactions, of a few or many pages and records.
std::vector<Step> random_script(u64 seed) {
    u64 random = seed;
    const auto below = [&](u64 bound) {
        random = random * 6364136223846793005 + 1442695040888963407;
        return (random >> 33) % bound;
    };
    std::vector<Step> steps(3 + below(25));
    for (Step& step : steps) {
        for (u64 i = below(below(4) ? 4 : 20); i > 0; i--)
            step.pages.push_back({{1 + below(2), below(3) ? below(40) : below(1 << 27)},
                                  u8(below(6) ? 1 + below(255) : 0)});
        for (u64 i = below(below(6) ? 3 : 60); i > 0; i--) {
            const std::string key(1 + below(90), char('a' + below(20)));
            if (below(3))
                step.records.push_back({key, std::string(below(8) ? below(90) : 6000, 'r')});
            else
                step.records.push_back({key, std::nullopt});
        }
        if (below(8) == 0) step.erased_memory = 1 + below(2);
    }
    return steps;
}

std::vector<Model> models_of(const std::vector<Step>& steps) {
    std::vector<Model> models(1);
    for (const Step& step : steps) {
        models.push_back(models.back());
        step.apply(models.back());
    }
    return models;
}

/// Empty when the storage is as the model says; else the difference.
std::string difference(Storage& storage, const Model& model) {
    const auto keys = storage.keys("");
    if (!keys) return keys.error().message;
    if (keys->size() != model.records.size()) return "other records";
    for (const auto& [key, value] : model.records) {
        const auto found = storage.record(key);
        if (!found) return found.error().message;
        if (!*found || text_of(**found) != value) return "record " + key;
    }
    for (const u64 memory : {1, 2}) {
        u64 at = 0;
        for (const auto& [place, value] : model.pages) {
            if (place.first != memory) continue;
            at = storage.next_page(MemoryId(memory), at);
            if (at++ != place.second) return "a page too many or too few";
            ByteVector page(vm::page_bytes);
            const auto read = storage.read_page(MemoryId(memory), place.second, page.data());
            if (!read) return read.error().message;
            if (page != page_of(value)) return "page " + std::to_string(place.second);
        }
        if (storage.next_page(MemoryId(memory), at) != ~u64(0)) return "a page too many at the end";
    }
    return "";
}

std::unique_ptr<Storage> open(SimulatedDisk& disk) {
    auto storage = open_directory(disk, state_path, 0, small);
    return storage ? std::move(*storage) : nullptr;
}

/// How many of the steps it acknowledged before the machine stopped.
size_t run_until_stopped(SimulatedDisk& disk, const std::vector<Step>& steps, size_t begin) {
    size_t done = begin;
    const auto storage = open(disk);
    while (storage && done < steps.size() && steps[done].apply(*storage)) done++;
    return done;
}

/// Opens after a restart; gives how many steps the state has, which must be one of those allowed.
size_t steps_in(SimulatedDisk& disk, const std::vector<Model>& models, size_t least, size_t most) {
    auto storage = open_directory(disk, state_path, 0, small);
    INFO((storage ? "" : storage.error().message));
    REQUIRE(storage);
    std::string differences;
    for (size_t done = least; done <= std::min(most, models.size() - 1); done++) {
        const std::string found = difference(**storage, models[done]);
        if (found.empty()) return done;
        differences += std::to_string(done) + " steps: " + found + "; ";
    }
    FAIL(differences);
    return 0;
}

}  // namespace

TEST_CASE("a commit is one sync, and writes kilobytes") {
    SimulatedDisk disk;
    const auto storage = open(disk);
    Step large;
    for (u64 page = 0; page < 1000; page++) large.pages.push_back({{1, page * 262}, 1});
    REQUIRE(large.apply(*storage));
    for (u64 pages = 0; pages <= 3; pages++) {
        Step step{.pages = {}, .records = {{"counter", "7"}}, .erased_memory = 0};
        for (u64 page = 0; page < pages; page++) step.pages.push_back({{1, page * 70000}, 2});
        const u64 syncs = disk.syncs(), written = disk.written_bytes();
        REQUIRE(step.apply(*storage));
        CHECK(disk.syncs() - syncs == 1);
        CHECK(disk.written_bytes() - written <= (2 + pages) * 4096 + 48);
    }
}

TEST_CASE("a machine that stops at any call leaves the last state, or that in flight") {
    const std::vector<Step> steps = script();
    const std::vector<Model> models = models_of(steps);
    SimulatedDisk undisturbed;
    REQUIRE(run_until_stopped(undisturbed, steps, 0) == steps.size());
    REQUIRE(undisturbed.renames() > 2);  // a new state, and compactions
    for (u64 call = 1; call <= undisturbed.calls(); call++) {
        for (u64 seed = 0; seed < 5; seed++) {
            INFO("call " << call << " seed " << seed);
            SimulatedDisk disk;
            disk.plan(Fault::stop, call);
            const size_t acknowledged = run_until_stopped(disk, steps, 0);
            REQUIRE((disk.stopped() || acknowledged == steps.size()));
            disk.restart(seed);
            size_t done = steps_in(disk, models, acknowledged, acknowledged + 1);
            // And it stops again on the way on.
            disk.plan(Fault::stop, 1 + (call * 7 + seed) % 60);
            const size_t more = run_until_stopped(disk, steps, done);
            disk.restart(seed * 31 + call);
            done = steps_in(disk, models, more, more + 1);
            REQUIRE(run_until_stopped(disk, steps, done) == steps.size());
            disk.restart(0);
            REQUIRE(steps_in(disk, models, steps.size(), steps.size()) == steps.size());
        }
    }
}

/// ICVM_CRASHES=100000 icvm-test "[crashes]"
TEST_CASE("a machine that stops by chance, again and again, loses nothing", "[.][crashes]") {
    const char* count = std::getenv("ICVM_CRASHES");
    for (u64 seed = 1; seed <= (count ? std::stoull(count) : 1000); seed++) {
        INFO("seed " << seed);
        const std::vector<Step> steps = random_script(seed);
        const std::vector<Model> models = models_of(steps);
        SimulatedDisk disk;
        size_t done = 0;
        for (u64 stop = 0; stop < 4; stop++) {
            disk.plan(Fault::stop, 1 + seed * 2654435761 % (40 + stop * 50));
            const size_t acknowledged = run_until_stopped(disk, steps, done);
            disk.restart(seed + stop);
            done = steps_in(disk, models, acknowledged, acknowledged + 1);
        }
        REQUIRE(run_until_stopped(disk, steps, done) == steps.size());
        disk.restart(0);
        REQUIRE(steps_in(disk, models, steps.size(), steps.size()) == steps.size());
    }
}

TEST_CASE("a call that fails is reported, and the state stays as it was") {
    const Fault fault =
        GENERATE(Fault::io_error, Fault::no_space, Fault::short_count, Fault::interrupted);
    const bool must_succeed = fault == Fault::short_count || fault == Fault::interrupted;
    const std::vector<Step> steps = script();
    const std::vector<Model> models = models_of(steps);
    SimulatedDisk undisturbed;
    REQUIRE(run_until_stopped(undisturbed, steps, 0) == steps.size());
    for (u64 call = 1; call <= undisturbed.calls(); call++) {
        INFO("call " << call << " fault " << int(fault));
        SimulatedDisk disk;
        disk.plan(fault, call);
        auto storage = open_directory(disk, state_path, 0, small);
        if (!storage) {
            REQUIRE(!must_succeed);
            REQUIRE(storage.error().message.starts_with("cannot "));
            storage = open_directory(disk, state_path, 0, small);
        }
        REQUIRE(storage);
        for (size_t i = 0; i < steps.size(); i++) {
            const auto outcome = steps[i].apply(**storage);
            if (outcome) continue;
            REQUIRE(!must_succeed);
            REQUIRE(outcome.error().message.starts_with("cannot "));
            REQUIRE(difference(**storage, models[i]) == "");
            REQUIRE(steps[i].apply(**storage));
        }
        REQUIRE(difference(**storage, models.back()) == "");
        storage->reset();
        disk.restart(call % 7);
        REQUIRE(steps_in(disk, models, steps.size(), steps.size()) == steps.size());
    }
}

TEST_CASE("space of dead pages is reclaimed") {
    const std::vector<Step> steps = script();
    SimulatedDisk disk;
    const auto storage = open(disk);
    u64 compactions = 0;
    for (size_t i = 0, before = 0; i < 200; i++) {
        REQUIRE(steps[1 + i % 5].apply(*storage));
        const size_t bytes = disk.contents("/state/log")->size();
        compactions += bytes < before;
        before = bytes;
        CHECK(bytes < 400 << 10);
        CHECK(disk.contents("/state/log.new") == nullptr);
    }
    CHECK(compactions > 5);
}

TEST_CASE("a disk without room for a compaction still takes commits, until it is full") {
    const std::vector<Step> steps = script();
    SimulatedDisk disk;
    auto storage = open(disk);
    Model model;
    Step large;
    for (u64 page = 0; page < 20; page++) large.pages.push_back({{2, page}, 9});
    REQUIRE(large.apply(*storage));
    large.apply(model);
    disk.limit(200 << 10);
    size_t done = 0;
    for (;; done++) {
        const Step& step = steps[2 + done % 3];
        if (!step.apply(*storage)) break;
        step.apply(model);
    }
    CHECK(done > 5);
    CHECK(disk.contents("/state/log")->size() > 150 << 10);
    CHECK(difference(*storage, model) == "");
    disk.limit(500 << 10);
    while (disk.contents("/state/log")->size() > 150 << 10) {
        REQUIRE(done++ < 100);
        REQUIRE(steps[0].apply(*storage));
        steps[0].apply(model);
    }
    CHECK(difference(*storage, model) == "");
}

TEST_CASE("a state of which everything was erased is compacted, too") {
    const DirectoryLimits limits{.compaction_bytes_min = 1, .staged_bytes_max = 32 << 20};
    SimulatedDisk disk;
    auto storage = open_directory(disk, state_path, 0, limits);
    for (int i = 0; i < 3; i++) {
        REQUIRE(Step{.pages = {{{1, 5}, 1}}, .records = {{"a", "1"}}, .erased_memory = 0}.apply(
            **storage));
        REQUIRE(Step{.pages = {}, .records = {{"a", std::nullopt}}, .erased_memory = 1}.apply(
            **storage));
        CHECK(difference(**storage, {}) == "");
        storage->reset();
        storage = open_directory(disk, state_path, 0, limits);
        REQUIRE(storage);
        CHECK(difference(**storage, {}) == "");
    }
}
