// Regular expressions: eight patterns are compiled to small programs (after Thompson's idea: a set of
// states goes over the text at once) and looked for in a text. n times.
#include "program.h"

typedef enum { CHARACTER, ANY, CLASS, SPLIT, JUMP, MATCH } Kind;
typedef struct { Kind kind; u32 x, y; u32 set[4]; } Instruction;  // set: a class's members, bit by bit

enum { LENGTH_MAX = 64 };
static Instruction code[LENGTH_MAX];
static u32 length;
static const char* pattern;

static const char* const patterns[] = {
    "[a-z]+@[a-z]+\\.(com|org)", "(ab|a)*c",       "[0-9]+(\\.[0-9]+)?(e-?[0-9]+)?", "colou?r",
    "th(e|is|at) [a-z]*ing",     "(x+x+)+y",       "[^ a-z]+[A-Z]",                  "q.*z.*w",
};
static const char text[] =
    "Write to ada@example.org or to charles@engine.com; the running costs are 3.25e-7 a step, and "
    "this evening ababac cost 17. The colour of that morning was grey, the color of the sea was not. "
    "XXYZ42 xxxxxxxxxxxxxxxxxxxx quiz wax: a lazy dog jumps over 10000 quick foxes, 2.5 at a time.";

static u32 emit(Kind kind, u32 x, u32 y) {
    code[length] = (Instruction){kind, x, y, {0}};
    return length++;
}

// Makes room for one instruction before those from `begin`; their targets are moved with them.
static void insert(u32 begin, Kind kind, u32 x, u32 y) {
    for (u32 i = length++; i > begin; i--) {
        code[i] = code[i - 1];
        if (code[i].kind == SPLIT || code[i].kind == JUMP) {
            if (code[i].x >= begin) code[i].x++;
            if (code[i].kind == SPLIT && code[i].y >= begin) code[i].y++;
        }
    }
    code[begin] = (Instruction){kind, x, y, {0}};
}

static void compile_class(void) {
    Instruction* class = &code[emit(CLASS, 0, 0)];
    u32 negative = *pattern == '^';
    if (negative) pattern++;
    for (; *pattern != ']'; pattern++) {
        u32 from = (u8)*pattern, to = from;
        if (pattern[1] == '-') to = (u8)pattern[2], pattern += 2;
        for (u32 c = from; c <= to; c++) class->set[c / 32] |= 1u << c % 32;
    }
    pattern++;
    if (negative)
        for (u32 i = 0; i < 4; i++) class->set[i] = ~class->set[i];
}

static void compile_choice(void);

static void compile_atom(void) {
    char c = *pattern++;
    if (c == '(') compile_choice(), pattern++;
    else if (c == '[') compile_class();
    else if (c == '.') emit(ANY, 0, 0);
    else emit(CHARACTER, (u8)(c == '\\' ? *pattern++ : c), 0);
}

static void compile_sequence(void) {
    while (*pattern && *pattern != '|' && *pattern != ')') {
        u32 begin = length;
        compile_atom();
        if (*pattern == '+') emit(SPLIT, begin, length + 1);
        else if (*pattern == '?') insert(begin, SPLIT, begin + 1, length + 1);
        else if (*pattern == '*') insert(begin, SPLIT, begin + 1, length + 2), emit(JUMP, begin, 0);
        else continue;
        pattern++;
    }
}

static void compile_choice(void) {
    u32 begin = length;
    compile_sequence();
    if (*pattern != '|') return;
    pattern++;
    insert(begin, SPLIT, begin + 1, length + 2);
    u32 jump = emit(JUMP, 0, 0);
    compile_choice();
    code[jump].x = length;
}

typedef struct { u32 count, state[LENGTH_MAX]; } States;
static u32 seen[LENGTH_MAX], stamp;

static void add(States* states, u32 state) {
    if (seen[state] == stamp) return;
    seen[state] = stamp;
    if (code[state].kind == JUMP) return add(states, code[state].x);
    if (code[state].kind == SPLIT) {
        add(states, code[state].x);
        return add(states, code[state].y);
    }
    states->state[states->count++] = state;
}

static u32 fits(const Instruction* instruction, u8 c) {
    switch (instruction->kind) {
    case CHARACTER: return instruction->x == c;
    case ANY: return 1;
    case CLASS: return instruction->set[c / 32] >> c % 32 & 1;
    default: return 0;
    }
}

// The end of the longest match at the begin of a text, plus one; 0 without a match.
static u32 match(const char* from) {
    static States lists[2];
    States *now = &lists[0], *next = &lists[1];
    u32 end = 0;
    now->count = 0, stamp++;
    add(now, 0);
    for (u32 i = 0; now->count; i++) {
        next->count = 0, stamp++;
        for (u32 j = 0; j < now->count; j++) {
            const Instruction* instruction = &code[now->state[j]];
            if (instruction->kind == MATCH) end = i + 1;
            else if (from[i] && fits(instruction, (u8)from[i])) add(next, now->state[j] + 1);
        }
        States* other = now;
        now = next, next = other;
    }
    return end;
}

u32 run(u32 n) {
    u32 sum = 0;
    while (n--)
        for (u32 i = 0; i < sizeof patterns / sizeof *patterns; i++) {
            length = 0, pattern = patterns[i];
            compile_choice();
            emit(MATCH, 0, 0);
            for (u32 from = 0; text[from];) {
                u32 end = match(text + from);
                if (end) sum = sum * 31 + from * 7 + end;
                from += end > 1 ? end - 1 : 1;
            }
        }
    return sum;
}
