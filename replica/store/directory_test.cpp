/// A state directory among people: other processes, kills, damage, odd places.

#include "replica/store/directory.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "replica/store/checksum.hpp"
#include "replica/store/codec.hpp"
#include "replica/store/simulated_disk.hpp"
#include "replica/store/test_directory.hpp"

using namespace icvm;
using namespace icvm::replica;

namespace {

constexpr MemoryId heap{1};

ByteVector page_of(u64 number) {
    ByteVector page(vm::page_bytes);
    for (size_t at = 0; at < page.size(); at += 8) store_little(page.data() + at, number);
    return page;
}

Result<void, StorageError> count(Storage& storage, u64 number) {
    const auto transaction = storage.begin();
    const u64 index = number % 3;
    transaction->put_pages(heap, std::span(&index, 1), page_of(number));
    transaction->put_record("counter", bytes_of(std::to_string(number)));
    return transaction->commit();
}

u64 counter(Storage& storage) {
    const auto value = storage.record("counter");
    REQUIRE(value);
    return *value ? std::stoull(std::string(text_of(**value))) : 0;
}

std::string error_of(const Result<std::unique_ptr<Storage>, StorageError>& opened) {
    return opened ? "" : opened.error().message;
}

ByteVector file_contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, Bytes bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), long(bytes.size()));
}

/// A state of `commits` commits of one page and one record each.
SimulatedDisk disk_with(u64 commits) {
    SimulatedDisk disk;
    const auto storage = open_directory(disk, "/state", 0, {});
    for (u64 number = 1; number <= commits; number++) REQUIRE(count(**storage, number));
    return disk;
}

/// True: it has those commits. False: an error says that something is damaged.
bool whole_or_reported(SimulatedDisk& disk, u64 commits) {
    const auto storage = open_directory(disk, "/state", 0, {});
    const auto reported = [](const StorageError& error) {
        REQUIRE(error.message.starts_with("/state/log "));
        return false;
    };
    if (!storage) return reported(storage.error());
    const auto value = (*storage)->record("counter");
    if (!value) return reported(value.error());
    REQUIRE(*value);
    REQUIRE(text_of(**value) == std::to_string(commits));
    for (u64 number = commits - 2; number <= commits; number++) {
        ByteVector page(vm::page_bytes);
        const auto read = (*storage)->read_page(heap, number % 3, page.data());
        if (!read) return reported(read.error());
        REQUIRE(page == page_of(number));
    }
    return true;
}

}  // namespace

TEST_CASE("a killed process loses nothing that it acknowledged") {
    const TestDirectory directory;
    u64 acknowledged = 0;
    for (int round = 0; round < 4; round++) {
        int acknowledgements[2];
        REQUIRE(::pipe(acknowledgements) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto storage = open_directory(directory.path("state"), 0);
            for (u64 number = acknowledged + 1; storage && count(**storage, number); number++)
                if (::write(acknowledgements[1], &number, sizeof number) < 0) break;
            ::_exit(1);
        }
        ::close(acknowledgements[1]);
        for (u64 number; ::read(acknowledgements[0], &number, sizeof number) == sizeof number;) {
            acknowledged = number;
            if (number % 8 == 0) ::kill(child, SIGKILL);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        ::close(acknowledgements[0]);

        const auto storage = open_directory(directory.path("state"), 0);
        INFO(error_of(storage));
        REQUIRE(storage);
        const u64 found = counter(**storage);
        CHECK((found == acknowledged || found == acknowledged + 1));
        for (u64 number = found < 3 ? 1 : found - 2; number <= found; number++) {
            ByteVector page(vm::page_bytes);
            REQUIRE((*storage)->read_page(heap, number % 3, page.data()));
            CHECK(page == page_of(number));
        }
        acknowledged = found;
    }
}

TEST_CASE("one process at a time has a state directory; another is told which, or waits") {
    const TestDirectory directory;
    int ready[2], go[2];
    REQUIRE((::pipe(ready) == 0 && ::pipe(go) == 0));
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(go[1]);
        auto storage = open_directory(directory.path("state"), 0);
        char byte = storage && count(**storage, 1) ? 'y' : 'n';
        if (::write(ready[1], &byte, 1) < 0 || ::read(go[0], &byte, 1) < 0) ::_exit(1);
        if (storage) (void)count(**storage, 2);
        storage = std::unique_ptr<Storage>();
        ::_exit(0);
    }
    char byte = 'n';
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    REQUIRE(byte == 'y');
    const auto refused = open_directory(directory.path("state"), 10);
    CHECK(error_of(refused) ==
          directory.path("state") + " is in use by process " + std::to_string(child));
    REQUIRE(::write(go[1], &byte, 1) == 1);
    const auto opened = open_directory(directory.path("state"), 60'000);
    INFO(error_of(opened));
    REQUIRE(opened);
    CHECK(counter(**opened) == 2);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    for (const int end : {ready[0], ready[1], go[0], go[1]}) ::close(end);
}

TEST_CASE("what is printed to standard streams that are closed does not get into the state") {
    TestDirectory directory;
    const std::string path = directory.path("state");
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const int streams[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
        for (const int stream : streams) close(stream);
        const auto opened = open_directory(path, 0);
        bool fine = opened && count(**opened, 7);
        for (const int stream : streams) fine &= write(stream, "reply", 5) < 0;
        _exit(fine ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    const auto opened = open_directory(path, 0);
    REQUIRE(opened);
    CHECK(counter(**opened) == 7);
}

TEST_CASE("the same process cannot have a state directory twice") {
    const TestDirectory directory;
    auto first = open_directory(directory.path("state"), 0);
    REQUIRE(first);
    CHECK(error_of(open_directory(directory.path("state"), 0)) != "");
    first->reset();
    CHECK(error_of(open_directory(directory.path("state"), 0)) == "");
}

TEST_CASE("a directory in which nothing was kept is not left behind") {
    const TestDirectory directory;
    CHECK(error_of(open_directory(directory.path("state"), 0)) == "");
    CHECK(::access(directory.path("state").c_str(), F_OK) != 0);
    REQUIRE(::mkdir(directory.path("mine").c_str(), 0777) == 0);
    CHECK(error_of(open_directory(directory.path("mine"), 0)) == "");
    CHECK(::access(directory.path("mine").c_str(), F_OK) == 0);
}

TEST_CASE("places where no state can be give an error that names them") {
    const TestDirectory directory;
    write_file(directory.path("file"), bytes_of("hello"));
    CHECK(error_of(open_directory(directory.path("file"), 0)) ==
          "cannot lock " + directory.path("file") + ": Not a directory");
    const auto missing = open_directory(directory.path("no/state"), 0);
    CHECK(error_of(missing) ==
          "cannot create " + directory.path("no/state") + ": No such file or directory");
    CHECK(missing.error().next != "");
    REQUIRE(::mkdir(directory.path("odd").c_str(), 0777) == 0);
    REQUIRE(::mkdir(directory.path("odd/log").c_str(), 0777) == 0);
    CHECK(error_of(open_directory(directory.path("odd"), 0)) ==
          "cannot open " + directory.path("odd/log") + ": Is a directory");
}

TEST_CASE("a directory without the right to write is refused") {
    if (::geteuid() == 0) return;  // who may do everything; see the simulated disk below
    const TestDirectory directory;
    REQUIRE(::mkdir(directory.path("state").c_str(), 0555) == 0);
    CHECK(error_of(open_directory(directory.path("state"), 0)) ==
          "cannot lock " + directory.path("state") + ": Permission denied");
}

TEST_CASE("a full or read-only disk takes no commit, and the state stays") {
    SimulatedDisk disk = disk_with(3);
    const auto storage = open_directory(disk, "/state", 0, {});
    REQUIRE(storage);
    const auto [code, message] = GENERATE(
        std::pair<int, std::string>(ENOSPC, "cannot write /state/log: No space left on device"),
        std::pair<int, std::string>(EROFS, "cannot write /state/log: Read-only file system"));
    disk.refuse_writes(code);
    const auto refused = count(**storage, 4);
    REQUIRE(!refused);
    CHECK(refused.error().message == message);
    CHECK(refused.error().next != "");
    CHECK(counter(**storage) == 3);
    disk.refuse_writes(0);
    REQUIRE(count(**storage, 4));
    CHECK(counter(**storage) == 4);
}

TEST_CASE("a full disk has no place for a new state, and keeps nothing of it") {
    SimulatedDisk disk;
    disk.put_directory("/state");
    disk.put("/state/lock", {});
    const auto storage = open_directory(disk, "/state", 0, {});
    REQUIRE(storage);
    disk.refuse_writes(ENOSPC);
    CHECK(count(**storage, 1).error().message ==
          "cannot create /state/log.new: No space left on device");
    CHECK(disk.contents("/state/log") == nullptr);
    CHECK(disk.contents("/state/log.new") == nullptr);
}

TEST_CASE("a state of another format version is refused, and stays as it is") {
    const TestDirectory directory;
    REQUIRE(count(**open_directory(directory.path("state"), 0), 1));
    const std::string log = directory.path("state/log");
    ByteVector bytes = file_contents(log);
    store_little(bytes.data() + 8, u32(7));
    store_little(bytes.data() + 16, checksum(Bytes(bytes).first(16)));
    write_file(log, bytes);
    const auto refused = open_directory(directory.path("state"), 0);
    CHECK(error_of(refused) == log + " has format version 7; this icvm reads version 1");
    CHECK(file_contents(log) == bytes);
}

TEST_CASE("a file of something else is refused, and stays as it is") {
    const TestDirectory directory;
    REQUIRE(::mkdir(directory.path("state").c_str(), 0777) == 0);
    const std::string log = directory.path("state/log");
    for (const size_t length : {0, 1, 24, 4096, 20000}) {
        const ByteVector garbage(length, 0x5A);
        write_file(log, garbage);
        CHECK(error_of(open_directory(directory.path("state"), 0)) ==
              log + " is damaged: it does not begin as a log of icvm");
        CHECK(file_contents(log) == garbage);
    }
}

TEST_CASE("a log that lost its end is reported at every length") {
    SimulatedDisk disk = disk_with(6);
    const ByteVector whole = *disk.contents("/state/log");
    for (size_t length = 0; length < whole.size(); length += length % 512 == 0 ? 511 : 1) {
        INFO("length " << length);
        disk.put("/state/log", {whole.begin(), whole.begin() + long(length)});
        REQUIRE(!whole_or_reported(disk, 6));
    }
    disk.put("/state/log", whole);
    CHECK(whole_or_reported(disk, 6));
}

TEST_CASE("what follows the last commit does not matter") {
    SimulatedDisk disk = disk_with(5);
    const ByteVector whole = *disk.contents("/state/log");
    ByteVector longer = whole;
    // The commit before the last once more, and garbage.
    longer.insert(longer.end(), whole.end() - 16384, whole.end());
    longer.resize(longer.size() + 1000, 0x77);
    disk.put("/state/log", longer);
    CHECK(whole_or_reported(disk, 5));
    {
        const auto storage = open_directory(disk, "/state", 0, {});
        REQUIRE(count(**storage, 6));
    }
    CHECK(whole_or_reported(disk, 6));
}

TEST_CASE("a flipped bit is harmless or reported, never believed") {
    SimulatedDisk disk = disk_with(9);
    const ByteVector whole = *disk.contents("/state/log");
    u64 random = 7, reported = 0;
    for (int i = 0; i < 3000; i++) {
        random = random * 6364136223846793005 + 1442695040888963407;
        const size_t bit = (random >> 20) % (8 * whole.size());
        INFO("bit " << bit);
        ByteVector flipped = whole;
        flipped[bit / 8] ^= u8(1 << bit % 8);
        disk.put("/state/log", flipped);
        reported += !whole_or_reported(disk, 9);
    }
    CHECK(reported > 0);
}

TEST_CASE("a commit that is damaged under a later one is reported") {
    SimulatedDisk disk = disk_with(3);
    const ByteVector before = *disk.contents("/state/log");
    {
        const auto storage = open_directory(disk, "/state", 0, {});
        REQUIRE(count(**storage, 4));
        REQUIRE(count(**storage, 5));
    }
    ByteVector bytes = *disk.contents("/state/log");
    // As if neither slot had been written since, and a page of commit 4 were gone.
    std::copy_n(before.begin(), 3 * 4096, bytes.begin());
    bytes[before.size() + 4096 + 100] ^= 1;
    disk.put("/state/log", bytes);
    CHECK(error_of(open_directory(disk, "/state", 0, {})) ==
          "/state/log is damaged: commit 4 at byte " + std::to_string(before.size()) +
              " is not whole");
}

TEST_CASE("the same transactions give the same bytes, on every machine") {
    CHECK(checksum(*disk_with(5).contents("/state/log")) == 0xF2CB56E46D568596);
}
