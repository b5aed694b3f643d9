// A canister in your own program: the module's bytes in, replies out. No files (the state is in
// memory), no threads, no signal handlers (guard off). Link with libicvm.a.

#include <cstdio>
#include <string>

#include "docs/examples/embed/counter.hpp"
#include "replica/replica.hpp"

using namespace icvm::replica;

namespace {

int fail(const Failure& failure) {
    std::string text =
        failure.kind == Failure::Kind::storage ? failure.storage.message : failure.reject.message;
    std::fprintf(stderr, "%s\n", text.c_str());
    return 1;
}

}  // namespace

int main() {
    Options options;
    options.guard = false;
    auto replica = Replica::open(open_memory(), options);
    if (!replica) return fail(replica.error());

    auto canister = replica->create_canister("counter");
    if (!canister) return fail(canister.error());

    InstallCode install;
    install.canister = *canister;
    install.module.assign(std::begin(counter_wasm), std::end(counter_wasm));
    install.argument = *candid::encode_arguments("()", nullptr, nullptr);
    if (auto done = replica->install_code(install); !done) return fail(done.error());

    for (int i = 0; i < 3; i++) {
        auto reply = replica->update({*canister, "inc", install.argument});
        if (!reply) return fail(reply.error());
        auto text = candid::decode_reply(reply->bytes, nullptr, nullptr);
        std::printf("inc: %s after %llu instructions\n", text.value_or("no Candid").c_str(),
                    static_cast<unsigned long long>(reply->receipt.instructions));
    }
    return 0;  // closing is the destructor's work
}
