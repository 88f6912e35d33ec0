#pragma once
#define DIGIT_SIDE 28

/** A seven, as it might be written by hand: # is ink, + its edge. */
static const char digit[DIGIT_SIDE][DIGIT_SIDE + 1] = {
    "                            ",
    "                            ",
    "                            ",
    "                            ",
    "                            ",
    "       +############+       ",
    "       ##############       ",
    "       +############+       ",
    "                 ###+       ",
    "                +###        ",
    "                ###+        ",
    "               +###         ",
    "               ###+         ",
    "              +###+         ",
    "              +##+          ",
    "              ###+          ",
    "             +###           ",
    "             ###+           ",
    "            +###            ",
    "            ###+            ",
    "           +###+            ",
    "           +##+             ",
    "           +##+             ",
    "                            ",
    "                            ",
    "                            ",
    "                            ",
    "                            ",
};
