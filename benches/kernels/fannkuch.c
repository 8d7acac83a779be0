// Fannkuch: the most prefix reversals that any permutation of n numbers needs until 1 is in front.
#include <stdio.h>
#include <string.h>

#define MAX_N 16

static long fannkuch(long n, long *most) {
	long perm[MAX_N], work[MAX_N], count[MAX_N];
	long checksum = 0, sign = 1, r = n;
	*most = 0;
	for (long i = 0; i < n; i++)
		perm[i] = i;
	for (;;) {
		for (; r != 1; r--)
			count[r - 1] = r;
		if (perm[0] != 0) {
			memcpy(work, perm, n * sizeof *work);
			long flips = 0;
			for (long k = work[0]; k != 0; k = work[0]) {
				for (long i = 0, j = k; i < j; i++, j--) {
					long t = work[i];
					work[i] = work[j];
					work[j] = t;
				}
				flips++;
			}
			if (flips > *most)
				*most = flips;
			checksum += sign * flips;
		}
		for (;;) {
			if (r == n)
				return checksum;
			long first = perm[0];
			for (long i = 0; i < r; i++)
				perm[i] = perm[i + 1];
			perm[r] = first;
			if (--count[r] > 0)
				break;
			r++;
		}
		sign = -sign;
	}
}

int main(int argc, char **argv) {
	long n = 10, most;
	int rounds = argc > 1 && !strcmp(argv[1], "small") ? 1 : 4;
	while (rounds-- > 0) {
		long checksum = fannkuch(n, &most);
		printf("%ld\nflips(%ld) = %ld\n", checksum, n, most);
	}
}
