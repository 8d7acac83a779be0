// Mandelbrot: the set's picture, one bit a pixel; prints a hash of the bitmap.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITERATIONS 50

static void row(uint8_t *line, long y, long n) {
	double ci = 2 * (double)y / (double)n - 1;
	for (long b = 0; b < n / 8; b++) {
		uint8_t bits = 0;
		for (int bit = 0; bit < 8; bit++) {
			double cr = 2 * (double)(b * 8 + bit) / (double)n - 1.5;
			double zr = 0, zi = 0, tr = 0, ti = 0;
			uint8_t inside = 1;
			for (int k = 0; k < ITERATIONS; k++) {
				zi = 2 * zr * zi + ci;
				zr = tr - ti + cr;
				tr = zr * zr;
				ti = zi * zi;
				if (tr + ti > 4) {
					inside = 0;
					break;
				}
			}
			bits = bits << 1 | inside;
		}
		line[b] = bits;
	}
}

int main(int argc, char **argv) {
	long n = argc > 1 && !strcmp(argv[1], "small") ? 160 : 3400;
	long width = n / 8;
	uint8_t *bitmap = calloc(width, n);
	for (long y = 0; y < n; y++)
		row(bitmap + y * width, y, n);
	uint32_t hash = 2166136261u;
	for (long i = 0; i < width * n; i++)
		hash = (hash ^ bitmap[i]) * 16777619u;
	printf("%ld %08x\n", n, hash);
}
