// Primes by a sieve of bits, in segments that fit a cache.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENT (1L << 18)

static long primes(long limit, long *list) {
	char *composite = calloc(limit + 1, 1);
	long n = 0;
	for (long i = 3; i <= limit; i += 2)
		if (!composite[i]) {
			list[n++] = i;
			for (long j = i * i; j <= limit; j += 2 * i)
				composite[j] = 1;
		}
	free(composite);
	return n;
}

static long count(long limit, uint64_t *mix) {
	long root = 1;
	while (root * root < limit)
		root++;
	long *small = malloc(root * sizeof *small);
	long found = primes(root, small);
	long *next = malloc(found * sizeof *next);
	for (long i = 0; i < found; i++)
		next[i] = small[i] * small[i] / 2;
	uint64_t *words = malloc(SEGMENT / 8);
	long n = 1;
	*mix = 0;
	for (long low = 0; low < limit / 2; low += SEGMENT) {
		memset(words, 0, SEGMENT / 8);
		for (long i = 0; i < found; i++) {
			long at = next[i];
			for (; at < SEGMENT; at += small[i])
				words[at >> 6] |= 1ul << (at & 63);
			next[i] = at - SEGMENT;
		}
		if (low == 0)
			words[0] |= 1;
		for (long at = limit / 2 - low; at < SEGMENT; at++)
			words[at >> 6] |= 1ul << (at & 63);
		for (long i = 0; i < SEGMENT / 64; i++) {
			n += __builtin_popcountl(~words[i]);
			*mix = *mix * 31 + words[i];
		}
	}
	return n;
}

int main(int argc, char **argv) {
	long limit = argc > 1 && !strcmp(argv[1], "small") ? 2000000 : 900000000;
	uint64_t mix;
	long n = count(limit, &mix);
	printf("%ld %016lx\n", n, mix);
}
