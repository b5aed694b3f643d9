#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "replica/store/file.hpp"

namespace icvm::replica {
namespace {

std::unexpected<FileError> last_error() { return std::unexpected(FileError{errno}); }

Result<void, FileError> checked(int outcome) {
    if (outcome != 0) return last_error();
    return {};
}

/// A signal is no reason to fail.
template <class Call>
Result<void, FileError> uninterrupted(Call call) {
    int outcome = 0;
    do outcome = call();
    while (outcome != 0 && errno == EINTR);
    return checked(outcome);
}

/// Owns a file descriptor.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

/// Never one of the standard streams, which the program that we are part of may have closed: what
/// it prints would be written into the state.
Result<Descriptor, FileError> above_standard_streams(Descriptor descriptor) {
    if (descriptor.number() > STDERR_FILENO) return descriptor;
    const int number = ::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (number < 0) return last_error();
    return Descriptor(number);
}

Result<Descriptor, FileError> open_descriptor(const std::string& path, int flags) {
    for (;;) {
        const int number = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
        if (number >= 0) return above_standard_streams(Descriptor(number));
        if (errno != EINTR) return last_error();
    }
}

class PosixFile final : public File {
public:
    explicit PosixFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

    Result<size_t, FileError> read(u64 offset, std::span<u8> out) override {
        const ssize_t count =
            ::pread(descriptor_.number(), out.data(), out.size(), static_cast<off_t>(offset));
        if (count < 0) return last_error();
        return size_t(count);
    }
    Result<size_t, FileError> write(u64 offset, Bytes bytes) override {
        const ssize_t count =
            ::pwrite(descriptor_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0) return last_error();
        return size_t(count);
    }
    Result<void, FileError> sync() override {
        return uninterrupted([&] { return ::fdatasync(descriptor_.number()); });
    }
    Result<void, FileError> truncate(u64 size) override {
        return uninterrupted(
            [&] { return ::ftruncate(descriptor_.number(), static_cast<off_t>(size)); });
    }
    Result<void, FileError> allocate(u64 size) override {
        auto outcome = uninterrupted([&] {
            return ::fallocate(descriptor_.number(), FALLOC_FL_KEEP_SIZE, 0,
                               static_cast<off_t>(size));
        });
        const bool cannot_know = !outcome && outcome.error().code == EOPNOTSUPP;
        return cannot_know ? Result<void, FileError>() : outcome;
    }
    Result<u64, FileError> size() override {
        struct stat status{};
        if (::fstat(descriptor_.number(), &status) != 0) return last_error();
        return u64(status.st_size);
    }

private:
    Descriptor descriptor_;
};

struct PosixLock final : FileLock {
    explicit PosixLock(Descriptor file) : descriptor(std::move(file)) {}
    Descriptor descriptor;
};

/// False when `path` is another file by now: whoever held the lock has removed it.
bool still_named(const Descriptor& descriptor, const std::string& path) {
    struct stat ours{}, named{};
    return ::fstat(descriptor.number(), &ours) == 0 && ::stat(path.c_str(), &named) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

/// For lock_holder; that it succeeds is not essential.
void write_process_id(const Descriptor& descriptor) {
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor.number(), 0) != 0) return;
    if (::pwrite(descriptor.number(), text.data(), text.size(), 0) < 0) return;
}

class PosixFileSystem final : public FileSystem {
public:
    Result<std::unique_ptr<File>, FileError> open(const std::string& path, OpenMode mode) override {
        const int flags = mode == OpenMode::fresh ? O_RDWR | O_CREAT | O_TRUNC : O_RDWR;
        return std::make_unique<PosixFile>(TRY(open_descriptor(path, flags)));
    }
    Result<void, FileError> rename(const std::string& from, const std::string& to) override {
        return checked(::rename(from.c_str(), to.c_str()));
    }
    Result<void, FileError> remove(const std::string& path) override {
        return checked(::unlink(path.c_str()));
    }
    Result<void, FileError> make_directory(const std::string& path) override {
        return checked(::mkdir(path.c_str(), 0777));
    }
    Result<void, FileError> remove_directory(const std::string& path) override {
        return checked(::rmdir(path.c_str()));
    }
    Result<void, FileError> sync_directory(const std::string& path) override {
        const Descriptor directory = TRY(open_descriptor(path, O_RDONLY | O_DIRECTORY));
        const auto synced = uninterrupted([&] { return ::fsync(directory.number()); });
        // File systems without such a call keep their names by themselves.
        if (!synced && synced.error().code != EINVAL) return synced;
        return {};
    }

    Result<std::unique_ptr<FileLock>, FileError> lock(const std::string& path,
                                                      u32 wait_ms) override {
        using std::chrono::milliseconds, std::chrono::steady_clock;
        const auto deadline = steady_clock::now() + milliseconds(wait_ms);
        for (;;) {
            Descriptor descriptor = TRY(open_descriptor(path, O_RDWR | O_CREAT));
            if (::flock(descriptor.number(), LOCK_EX | LOCK_NB) == 0) {
                if (!still_named(descriptor, path)) continue;
                write_process_id(descriptor);
                return std::make_unique<PosixLock>(std::move(descriptor));
            }
            if (errno != EWOULDBLOCK && errno != EINTR) return last_error();
            if (steady_clock::now() >= deadline) return std::unexpected(FileError{EWOULDBLOCK});
            std::this_thread::sleep_for(milliseconds(2));
        }
    }

    std::optional<u64> lock_holder(const std::string& path) override {
        const auto descriptor = open_descriptor(path, O_RDONLY);
        if (!descriptor) return std::nullopt;
        char text[24];
        const ssize_t count = ::pread(descriptor->number(), text, sizeof text, 0);
        u64 process = 0;
        if (count <= 0) return std::nullopt;
        if (std::from_chars(text, text + count, process).ec != std::errc()) return std::nullopt;
        return process;
    }
};

}  // namespace

FileSystem& posix_file_system() {
    static PosixFileSystem system;
    return system;
}

}  // namespace icvm::replica
