// A JSON parser by recursive descent that makes a tree, walks over it and prints it again. n times.
#include "program.h"

static const char document[] =
    "{\"name\": \"counter\", \"version\": [1, 2, 3], \"public\": true, \"owner\": null,\n"
    " \"limits\": {\"memory\": 4294967296, \"cycles\": 1.5e12, \"ratio\": -0.125, \"depth\": 64},\n"
    " \"methods\": [\n"
    "  {\"name\": \"inc\", \"kind\": \"update\", \"cost\": 590000, \"tags\": [\"hot\", \"small\"]},\n"
    "  {\"name\": \"get\", \"kind\": \"query\", \"cost\": 0, \"tags\": []},\n"
    "  {\"name\": \"say \\\"hello\\\"\", \"kind\": \"query\", \"cost\": 17.25, \"tags\": [\"caf\\u00e9\"]},\n"
    "  {\"name\": \"set\\n\\tall\", \"kind\": \"update\", \"cost\": 1e3, \"tags\": [[], [[]], {}]}\n"
    " ]}";

typedef enum { NOTHING, FALSE, TRUE, NUMBER, STRING, ARRAY, OBJECT } Kind;
typedef struct Value {
    Kind kind;
    u32 length;              // of the string
    double number;
    const char *text, *key;  // in `strings`, ended by a zero
    struct Value *first, *next;
} Value;

enum { VALUES = 256, ROOM = 4096 };
static Value values[VALUES];
static char strings[ROOM], printed[ROOM];
static Value* value_end;
static char *string_end, *printed_end;
static const char* at;

static void skip_space(void) {
    while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') at++;
}

static u32 hexadecimal(void) {
    u32 value = 0;
    for (u32 i = 0; i < 4; i++, at++) {
        char c = *at;
        value = value * 16 + (u32)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
}

static void put_character(u32 c) {
    if (c < 0x80) {
        *string_end++ = (char)c;
    } else {
        if (c >= 0x800) *string_end++ = (char)(0xe0 | c >> 12), *string_end++ = (char)(0x80 | (c >> 6 & 63));
        else *string_end++ = (char)(0xc0 | c >> 6);
        *string_end++ = (char)(0x80 | (c & 63));
    }
}

static const char* parse_string(u32* length) {
    const char* begin = string_end;
    for (at++; *at != '"';) {
        char c = *at++;
        if (c != '\\') { *string_end++ = c; continue; }
        switch (c = *at++) {
        case 'n': *string_end++ = '\n'; break;
        case 't': *string_end++ = '\t'; break;
        case 'r': *string_end++ = '\r'; break;
        case 'u': put_character(hexadecimal()); break;
        default: *string_end++ = c;
        }
    }
    at++;
    *length = (u32)(string_end - begin);
    *string_end++ = 0;
    return begin;
}

static double parse_number(void) {
    double number = 0, scale = 1;
    u32 negative = *at == '-';
    if (negative) at++;
    for (; *at >= '0' && *at <= '9'; at++) number = number * 10 + (*at - '0');
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++) number += (scale /= 10) * (*at - '0');
    if (*at == 'e') {
        u32 power = 0;
        for (at++; *at >= '0' && *at <= '9'; at++) power = power * 10 + (u32)(*at - '0');
        while (power--) number *= 10;
    }
    return negative ? -number : number;
}

static Value* parse(void);

static void parse_members(Value* parent, char end) {
    Value** link = &parent->first;
    for (at++, skip_space(); *at != end; skip_space()) {
        const char* key = 0;
        u32 length;
        if (end == '}') {
            key = parse_string(&length);
            skip_space();
            at++;
        }
        *link = parse();
        (*link)->key = key;
        link = &(*link)->next;
        skip_space();
        if (*at == ',') at++;
    }
    at++;
}

static Value* parse(void) {
    Value* value = value_end++;
    *value = (Value){0};
    skip_space();
    switch (*at) {
    case '{': value->kind = OBJECT; parse_members(value, '}'); break;
    case '[': value->kind = ARRAY; parse_members(value, ']'); break;
    case '"': value->kind = STRING; value->text = parse_string(&value->length); break;
    case 't': value->kind = TRUE; at += 4; break;
    case 'f': value->kind = FALSE; at += 5; break;
    case 'n': value->kind = NOTHING; at += 4; break;
    default: value->kind = NUMBER; value->number = parse_number();
    }
    return value;
}

static void print_text(const char* text) {
    while (*text) *printed_end++ = *text++;
}

static void print_string(const char* text) {
    *printed_end++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') *printed_end++ = '\\';
        *printed_end++ = *text;
    }
    *printed_end++ = '"';
}

static void print_number(double number) {
    if (number < 0) *printed_end++ = '-', number = -number;
    u64 whole = (u64)number;
    u32 thousandths = (u32)((number - (double)whole) * 1000), length = 0;
    char digits[24];
    do digits[length++] = (char)('0' + whole % 10);
    while (whole /= 10);
    while (length) *printed_end++ = digits[--length];
    if (!thousandths) return;
    *printed_end++ = '.';
    for (u32 unit = 100; unit; unit /= 10) *printed_end++ = (char)('0' + thousandths / unit % 10);
}

static void print(const Value* value) {
    switch (value->kind) {
    case NOTHING: return print_text("null");
    case FALSE: return print_text("false");
    case TRUE: return print_text("true");
    case NUMBER: return print_number(value->number);
    case STRING: return print_string(value->text);
    default:
        *printed_end++ = value->kind == ARRAY ? '[' : '{';
        for (const Value* member = value->first; member; member = member->next) {
            if (member != value->first) *printed_end++ = ',';
            if (member->key) print_string(member->key), *printed_end++ = ':';
            print(member);
        }
        *printed_end++ = value->kind == ARRAY ? ']' : '}';
    }
}

u32 run(u32 n) {
    u32 sum = 0;
    while (n--) {
        at = document, value_end = values, string_end = strings, printed_end = printed;
        const Value* root = parse();
        print(root);
        for (const char* c = printed; c < printed_end; c++) sum = sum * 31 + (u8)*c;
        sum += (u32)(value_end - values);
    }
    return sum;
}
