#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace icvm::replica {

/// A directory for a test, gone with it.
class TestDirectory {
public:
    TestDirectory() {
        const char* root = std::getenv("TMPDIR");
        root_ = std::string(root ? root : "/tmp") + "/icvm-test-XXXXXX";
        if (!::mkdtemp(root_.data())) std::abort();
    }
    ~TestDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    TestDirectory(const TestDirectory&) = delete;

    std::string path(const std::string& name) const { return root_ + "/" + name; }

private:
    std::string root_;
};

}  // namespace icvm::replica
