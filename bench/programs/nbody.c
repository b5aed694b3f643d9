// Double-precision arithmetic with roots and divisions: five bodies attract each other, n steps.
#include "program.h"

typedef struct { double x, y, z, vx, vy, vz, mass; } Body;
enum { BODIES = 5 };

static const Body at_start[BODIES] = {
    {0, 0, 0, 0, 0, 0, 40},
    {5, -1, 0.125, 0.5, 2.75, -0.0625, 0.0375},
    {8.25, 4.5, -0.5, -1, 1.75, 0.0078125, 0.01125},
    {13, -15, -0.25, 1, 0.875, -0.015625, 0.0017},
    {15.5, -26, 0.1875, 1, 0.5, -0.03125, 0.002},
};
static Body bodies[BODIES];

static void attract(double dt) {
    for (u32 i = 0; i < BODIES; i++)
        for (u32 j = i + 1; j < BODIES; j++) {
            Body *a = &bodies[i], *b = &bodies[j];
            double x = a->x - b->x, y = a->y - b->y, z = a->z - b->z;
            double squared = x * x + y * y + z * z;
            double strength = dt / (squared * __builtin_sqrt(squared));
            a->vx -= x * b->mass * strength;
            a->vy -= y * b->mass * strength;
            a->vz -= z * b->mass * strength;
            b->vx += x * a->mass * strength;
            b->vy += y * a->mass * strength;
            b->vz += z * a->mass * strength;
        }
    for (u32 i = 0; i < BODIES; i++) {
        bodies[i].x += dt * bodies[i].vx;
        bodies[i].y += dt * bodies[i].vy;
        bodies[i].z += dt * bodies[i].vz;
    }
}

u32 run(u32 n) {
    for (u32 i = 0; i < BODIES; i++) bodies[i] = at_start[i];
    while (n--) attract(1.0 / 128);
    u64 sum = 0;
    for (u32 i = 0; i < BODIES; i++) {
        union { double number; u64 bits; } x = {bodies[i].x}, v = {bodies[i].vy};
        sum = sum * 31 + x.bits + (v.bits >> 7);
    }
    return (u32)(sum ^ sum >> 32);
}
