// A switch in a loop, which becomes br_table: a small bytecode machine that runs a loop n times.
#include "program.h"

enum { PUSH, LOAD, STORE, ADD, SUBTRACT, MULTIPLY, XOR, SHIFT, LESS, JUMP_IF, SWAP, HALT };

// sum = 0; for (i = 0; i < n; i++) sum = (sum * 31 + i) ^ (i >> 3);
static const u8 code[] = {
    PUSH, 0, STORE, 1, PUSH, 0, STORE, 0,                       //
    LOAD, 1, PUSH, 31, MULTIPLY, LOAD, 0, ADD,                  // loop: 8
    LOAD, 0, PUSH, 3, SHIFT, XOR, STORE, 1,                     //
    LOAD, 0, PUSH, 1, ADD, STORE, 0,                            //
    LOAD, 2, LOAD, 0, SWAP, LESS, JUMP_IF, 8, LOAD, 1, HALT,    //
};

__attribute__((noinline)) static u32 interpret(const u8* pc, u32* variables) {
    u32 stack[16], *top = stack;
    for (;;) {
        switch (*pc++) {
        case PUSH: *top++ = *pc++; break;
        case LOAD: *top++ = variables[*pc++]; break;
        case STORE: variables[*pc++] = *--top; break;
        case ADD: top--; top[-1] += top[0]; break;
        case SUBTRACT: top--; top[-1] -= top[0]; break;
        case MULTIPLY: top--; top[-1] *= top[0]; break;
        case XOR: top--; top[-1] ^= top[0]; break;
        case SHIFT: top--; top[-1] >>= top[0]; break;
        case LESS: top--; top[-1] = top[-1] < top[0]; break;
        case JUMP_IF: pc = *--top ? code + *pc : pc + 1; break;
        case SWAP: { u32 a = top[-1]; top[-1] = top[-2]; top[-2] = a; break; }
        default: return top[-1];
        }
    }
}

u32 run(u32 n) {
    u32 variables[3] = {0, 0, n};
    return interpret(code, variables);
}
