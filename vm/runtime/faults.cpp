#include "vm/runtime/faults.hpp"

#include <atomic>
#include <mutex>

namespace icvm::vm {

struct FaultPlace {
    std::atomic<u64> begin = 0;
    std::atomic<u64> end = 0;
    std::atomic<Memory*> memory = nullptr;
    FaultPlace* next = nullptr;
    FaultPlace* next_free = nullptr;
};

namespace {

std::atomic<bool> handler_installed = false;
std::atomic<FaultPlace*> places = nullptr;

std::mutex change_mutex;
FaultPlace* free_places = nullptr;

FaultPlace* unused_place() {
    if (FaultPlace* place = free_places) {
        free_places = place->next_free;
        return place;
    }
    auto* place = new FaultPlace;
    place->next = places.load(std::memory_order_relaxed);
    places.store(place, std::memory_order_release);
    return place;
}

Memory* find_memory(u64 address) {
    for (FaultPlace* place = places.load(std::memory_order_acquire); place; place = place->next)
        if (address >= place->begin.load(std::memory_order_acquire) &&
            address < place->end.load(std::memory_order_acquire))
            return place->memory.load(std::memory_order_acquire);
    return nullptr;
}

}  // namespace

FaultPlace* add_fault_place(Memory& memory, u64 reserved_bytes) {
    const std::lock_guard lock(change_mutex);
    FaultPlace* place = unused_place();
    const u64 begin = reinterpret_cast<u64>(memory.base);
    place->memory.store(&memory, std::memory_order_release);
    place->begin.store(begin, std::memory_order_release);
    place->end.store(begin + reserved_bytes, std::memory_order_release);
    return place;
}

void remove_fault_place(FaultPlace* place) {
    const std::lock_guard lock(change_mutex);
    place->end.store(0, std::memory_order_release);
    place->begin.store(0, std::memory_order_release);
    place->memory.store(nullptr, std::memory_order_release);
    place->next_free = free_places;
    free_places = place;
}

FaultAnswer answer_fault(u64 address, bool can_land) {
    Memory* const memory = find_memory(address);
    if (!memory) return FaultAnswer::not_ours;
    const u64 offset = address - reinterpret_cast<u64>(memory->base);
    if (offset >= memory->size_bytes) return can_land ? FaultAnswer::land : FaultAnswer::not_ours;
    if (memory->is_present(offset)) return FaultAnswer::not_ours;
    if (memory->fill_at(offset)) return FaultAnswer::retry;
    if (can_land) return FaultAnswer::land;
    return memory->open_unreadable(offset) ? FaultAnswer::retry : FaultAnswer::not_ours;
}

void set_fault_handler_installed() { handler_installed.store(true); }

bool fault_handler_installed() { return handler_installed.load(); }

}  // namespace icvm::vm
