// Matrix product of dense matrices, in the row-by-row order that walks memory forward.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void product(double *c, const double *a, const double *b, long n) {
	for (long i = 0; i < n; i++) {
		double *dst = c + i * n;
		for (long k = 0; k < n; k++) {
			double x = a[i * n + k];
			const double *src = b + k * n;
			for (long j = 0; j < n; j++)
				dst[j] += x * src[j];
		}
	}
}

int main(int argc, char **argv) {
	long n = argc > 1 && !strcmp(argv[1], "small") ? 60 : 1100;
	double *a = calloc(n * n, sizeof *a), *b = calloc(n * n, sizeof *b), *c = calloc(n * n, sizeof *c);
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++) {
			a[i * n + j] = (double)((i * j) % 7) - 3;
			b[i * n + j] = (double)((i + j) % 11) / 10 - 0.5;
		}
	product(c, a, b, n);
	double trace = 0, sum = 0;
	for (long i = 0; i < n; i++) {
		trace += c[i * n + i];
		for (long j = 0; j < n; j++)
			sum += c[i * n + j];
	}
	printf("%.6f %.6f\n", trace, sum);
}
