// A mix in the manner of the benchmarks for microcontrollers: linked lists, small integer matrices, a
// state machine over text, and a cyclic redundancy check of each result. n rounds.
#include "program.h"

enum { NODES = 100, SIDE = 10 };

typedef struct Node {
    struct Node* next;
    short value, place;
} Node;

static Node nodes[NODES];
static short left[SIDE][SIDE], right[SIDE][SIDE];
static int product[SIDE][SIDE];

static u32 check(u32 crc, u32 value, u32 bits) {
    for (u32 i = 0; i < bits; i++, value >>= 1) {
        u32 odd = (crc ^ value) & 1;
        crc >>= 1;
        if (odd) crc ^= 0xa001;
    }
    return crc;
}

static Node* make_list(u32 seed) {
    for (u32 i = 0; i < NODES; i++) {
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : 0;
        nodes[i].value = (short)((seed * 31 + i * 7919) % 1009);
        nodes[i].place = (short)i;
    }
    return nodes;
}

static Node* reverse(Node* list) {
    Node* done = 0;
    while (list) {
        Node* next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static int by_value(const Node* a, const Node* b) { return a->value - b->value; }
static int by_place(const Node* a, const Node* b) { return a->place - b->place; }

// Merges runs of 1, 2, 4, ... nodes until one is left.
static Node* sort(Node* list, int (*compare)(const Node*, const Node*)) {
    for (u32 length = 1;; length *= 2) {
        Node *rest = list, *tail = 0;
        u32 merges = 0;
        list = 0;
        while (rest) {
            Node *a = rest, *b = rest;
            u32 in_a = 0, in_b = length;
            for (; in_a < length && b; in_a++) b = b->next;
            merges++;
            while (in_a || (in_b && b)) {
                Node* least;
                if (in_a && (!in_b || !b || compare(a, b) <= 0)) least = a, a = a->next, in_a--;
                else least = b, b = b->next, in_b--;
                if (tail) tail->next = least;
                else list = least;
                tail = least;
            }
            rest = b;
        }
        tail->next = 0;
        if (merges <= 1) return list;
    }
}

static u32 lists(u32 seed, u32 crc) {
    Node* list = make_list(seed);
    u32 found = 0;
    for (u32 wanted = 0; wanted < 16; wanted++) {
        for (Node* node = list; node; node = node->next)
            if ((node->value & 15) == (int)wanted) { found += (u32)node->place; break; }
        list = reverse(list);
    }
    list = sort(list, by_value);
    for (Node* node = list; node; node = node->next) found = found * 3 + (u32)node->place;
    list = sort(list, by_place);
    return check(crc, found + (u32)list->value, 32);
}

static u32 matrices(u32 seed, u32 crc) {
    for (u32 i = 0; i < SIDE; i++)
        for (u32 j = 0; j < SIDE; j++) {
            left[i][j] = (short)((seed + i * j) % 251);
            right[i][j] = (short)((seed * 3 + i + j) % 127);
        }
    int sum = 0;
    for (u32 i = 0; i < SIDE; i++)
        for (u32 j = 0; j < SIDE; j++) {
            int total = 0;
            for (u32 k = 0; k < SIDE; k++) total += left[i][k] * right[k][j];
            product[i][j] = total;
            sum += (total >> 2 & 15) * (total >> 5 & 127);
        }
    return check(crc, (u32)sum, 32);
}

enum State { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, POWER, BAD, STATES };

static enum State step(enum State state, char c) {
    u32 digit = c >= '0' && c <= '9';
    switch (state) {
    case START: return digit ? INTEGER : c == '-' || c == '+' ? SIGN : c == '.' ? POINT : BAD;
    case SIGN: return digit ? INTEGER : c == '.' ? POINT : BAD;
    case INTEGER: return digit ? INTEGER : c == '.' ? FRACTION : c == 'e' ? EXPONENT : BAD;
    case POINT: return digit ? FRACTION : BAD;
    case FRACTION: return digit ? FRACTION : c == 'e' ? EXPONENT : BAD;
    case EXPONENT: return digit || c == '-' ? POWER : BAD;
    case POWER: return digit ? POWER : BAD;
    default: return BAD;
    }
}

static u32 states(u32 seed, u32 crc) {
    static const char text[] = "17,-3.25,.5e7,12e-4,x1,+,9e,4711,-0.0,8.e1,1-2,.,3e99,2718281828,+.5,e";
    u32 ended[STATES] = {0};
    enum State state = START;
    for (u32 i = 0; i < sizeof text; i++) {
        char c = text[i];
        if (c == ',' || c == 0) ended[state]++, state = START;
        else state = step(state, (i + seed) % 41 == 0 ? '7' : c);
    }
    for (u32 i = 0; i < STATES; i++) crc = check(crc, ended[i], 8);
    return crc;
}

u32 run(u32 n) {
    u32 crc = 0xffff;
    for (u32 i = 0; i < n; i++) {
        crc = lists(i, crc);
        crc = matrices(i, crc);
        crc = states(i, crc);
    }
    return crc;
}
