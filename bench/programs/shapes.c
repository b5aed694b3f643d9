// Virtual calls: a list of things of six kinds, each with a table of functions. n passes over it.
#include "program.h"

struct Shape;
typedef struct {
    u32 (*area)(const struct Shape*);
    u32 (*edges)(const struct Shape*);
    void (*grow)(struct Shape*, u32);
} Methods;

typedef struct Shape {
    const Methods* methods;
    u32 width, height;
} Shape;

static u32 product(const Shape* s) { return s->width * s->height; }
static u32 half(const Shape* s) { return s->width * s->height / 2; }
static u32 round(const Shape* s) { return s->width * s->width * 355 / 113; }
static u32 frame(const Shape* s) { return 2 * (s->width + s->height); }
static u32 four(const Shape* s) { return s->width & s->height ? 4 : 0; }
static u32 three(const Shape* s) { return s->width | s->height ? 3 : 0; }
static u32 none(const Shape* s) { return (s->width ^ s->height) & 1; }
static void widen(Shape* s, u32 by) { s->width = (s->width + by) & 1023; }
static void heighten(Shape* s, u32 by) { s->height = (s->height + by) & 1023; }
static void both(Shape* s, u32 by) { widen(s, by), heighten(s, by + 1); }

static const Methods kinds[] = {
    {product, four, widen}, {half, three, heighten}, {round, none, both},
    {frame, four, both},    {half, none, widen},     {product, three, both},
};

enum { COUNT = 500 };
static Shape shapes[COUNT];

u32 run(u32 n) {
    u64 seed = 88172645463325252;
    for (u32 i = 0; i < COUNT; i++) {
        u64 random = next_random(&seed);
        shapes[i].methods = &kinds[random % 6];
        shapes[i].width = random >> 8 & 255;
        shapes[i].height = random >> 16 & 255;
    }
    u32 sum = 0;
    while (n--)
        for (u32 i = 0; i < COUNT; i++) {
            Shape* shape = &shapes[i];
            u32 area = shape->methods->area(shape);
            sum = sum * 31 + area + shape->methods->edges(shape);
            if (area & 1) shape->methods->grow(shape, i);
        }
    return sum;
}
