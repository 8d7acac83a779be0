// Spectral norm of an infinite matrix's corner, by the power method.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double entry(long i, long j) {
	return 1 / (double)((i + j) * (i + j + 1) / 2 + i + 1);
}

static void times(double *dst, const double *src, long n) {
	for (long i = 0; i < n; i++) {
		double sum = 0;
		for (long j = 0; j < n; j++)
			sum += entry(i, j) * src[j];
		dst[i] = sum;
	}
}

static void times_transposed(double *dst, const double *src, long n) {
	for (long i = 0; i < n; i++) {
		double sum = 0;
		for (long j = 0; j < n; j++)
			sum += entry(j, i) * src[j];
		dst[i] = sum;
	}
}

int main(int argc, char **argv) {
	long n = argc > 1 && !strcmp(argv[1], "small") ? 100 : 3600;
	double *u = malloc(n * sizeof *u), *v = malloc(n * sizeof *v), *w = malloc(n * sizeof *w);
	for (long i = 0; i < n; i++)
		u[i] = 1;
	for (int k = 0; k < 10; k++) {
		times(w, u, n);
		times_transposed(v, w, n);
		times(w, v, n);
		times_transposed(u, w, n);
	}
	double uv = 0, vv = 0;
	for (long i = 0; i < n; i++) {
		uv += u[i] * v[i];
		vv += v[i] * v[i];
	}
	printf("%.9f\n", sqrt(uv / vv));
}
