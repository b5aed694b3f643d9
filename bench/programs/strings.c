// Work on text: a page is split into words, each is compared, looked for, turned round, put in upper
// case, counted by length; numbers are printed and read. n pages.
#include "program.h"

static const char source[] =
    "A program that runs another program must read it first, and then decide how much of the work to "
    "do before the other starts. If it does much, it starts late; if it does little, it runs slowly. "
    "Most choose the middle: they read each part once, write down what it means in a form that is "
    "quick to follow, and follow that. What is followed often should be short, what is followed "
    "seldom may be long, and what is never followed should not be written at all.";

enum { ROOM = 4096 };
static char page[ROOM], words[ROOM], number[24];

static u32 length_of(const char* text) {
    const char* end = text;
    while (*end) end++;
    return (u32)(end - text);
}

static int compare(const char* a, const char* b) {
    while (*a && *a == *b) a++, b++;
    return (u8)*a - (u8)*b;
}

static char* copy(char* to, const char* from) {
    while ((*to = *from)) to++, from++;
    return to;
}

static const char* search(const char* text, const char* wanted) {
    for (; *text; text++) {
        u32 i = 0;
        while (wanted[i] && text[i] == wanted[i]) i++;
        if (!wanted[i]) return text;
    }
    return 0;
}

static u32 is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

static void turn_round(char* text, u32 length) {
    for (u32 i = 0; i < length / 2; i++) {
        char kept = text[i];
        text[i] = text[length - 1 - i];
        text[length - 1 - i] = kept;
    }
}

static char* print(char* to, u32 value) {
    char* end = to;
    do *end++ = (char)('0' + value % 10);
    while (value /= 10);
    *end = 0;
    turn_round(to, (u32)(end - to));
    return end;
}

static u32 read(const char* text) {
    u32 value = 0;
    for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + (u32)(*text - '0');
    return value;
}

// The words of the page, one after another, each ended by a zero.
static u32 split(const char* from, char* to) {
    u32 count = 0;
    while (*from) {
        while (*from && !is_letter(*from)) from++;
        if (!*from) break;
        while (is_letter(*from)) *to++ = *from++;
        *to++ = 0;
        count++;
    }
    return count;
}

u32 run(u32 n) {
    u32 sum = 0;
    for (u32 i = 0; i < n; i++) {
        char* end = copy(page, source);
        *end++ = ' ';
        print(end, i);
        u32 count = split(page, words);
        const char* last = "";
        char* word = words;
        for (u32 j = 0; j < count; j++) {
            u32 length = length_of(word);
            if (compare(last, word) < 0) sum += j;
            const char* found = search(page, word);
            sum = sum * 31 + (found ? (u32)(found - page) : 0);
            turn_round(word, length);
            for (char* c = word; *c; c++)
                if (*c >= 'a') *c -= 32;
            sum += (u8)*word + length;
            last = word;
            word += length + 1;
        }
        print(number, sum);
        sum ^= read(number) >> 3;
    }
    return sum;
}
