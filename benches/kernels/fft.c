// Fast Fourier transform, in place, forward and back.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N (1L << 16)
#define PI 3.14159265358979323846

static double cosines[N / 2], sines[N / 2];
static long swaps[N];

static void transform(double *re, double *im, double sign) {
	for (long i = 0; i < N; i++) {
		long j = swaps[i];
		if (i < j) {
			double t = re[i];
			re[i] = re[j];
			re[j] = t;
			t = im[i];
			im[i] = im[j];
			im[j] = t;
		}
	}
	for (long width = 1; width < N; width *= 2) {
		long step = N / (2 * width);
		for (long start = 0; start < N; start += 2 * width)
			for (long k = 0; k < width; k++) {
				double wr = cosines[k * step], wi = sign * sines[k * step];
				long a = start + k, b = start + k + width;
				double xr = re[b] * wr - im[b] * wi, xi = re[b] * wi + im[b] * wr;
				re[b] = re[a] - xr;
				im[b] = im[a] - xi;
				re[a] += xr;
				im[a] += xi;
			}
	}
}

int main(int argc, char **argv) {
	int rounds = argc > 1 && !strcmp(argv[1], "small") ? 1 : 150;
	for (long i = 0; i < N / 2; i++) {
		double angle = 2 * PI * (double)i / (double)N;
		cosines[i] = cos(angle);
		sines[i] = sin(angle);
	}
	for (long i = 0; i < N; i++)
		swaps[i] = swaps[i / 2] / 2 + i % 2 * (N / 2);
	double *re = calloc(N, sizeof *re), *im = calloc(N, sizeof *im);
	for (long i = 0; i < N; i++)
		re[i] = (double)(i * 7919 % 1009) / 1009;
	for (int k = 0; k < rounds; k++) {
		transform(re, im, 1);
		transform(re, im, -1);
		for (long i = 0; i < N; i++) {
			re[i] /= N;
			im[i] /= N;
		}
	}
	double sum = 0;
	for (long i = 0; i < N; i++)
		sum += fabs(re[i]) + fabs(im[i]);
	printf("%.6f\n", sum);
}
