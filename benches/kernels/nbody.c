// N-body: the sun and four planets, integrated by a symplectic method.
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PI 3.14159265358979323846
#define SOLAR_MASS (4 * PI * PI)
#define DAYS 365.24
#define BODIES 5

struct body {
	double x, y, z, vx, vy, vz, mass;
};

static struct body sky[BODIES] = {
	{0, 0, 0, 0, 0, 0, SOLAR_MASS},
	{4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01, 1.66007664274403694e-03 * DAYS,
	 7.69901118419740425e-03 * DAYS, -6.90460016972063023e-05 * DAYS, 9.54791938424326609e-04 * SOLAR_MASS},
	{8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01, -2.76742510726411904e-03 * DAYS,
	 4.99852801234917238e-03 * DAYS, 2.30417297573763929e-05 * DAYS, 2.85885980666130812e-04 * SOLAR_MASS},
	{1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01, 2.96460137564761618e-03 * DAYS,
	 2.37847173959480950e-03 * DAYS, -2.96589568540237556e-05 * DAYS, 4.36624404335156298e-05 * SOLAR_MASS},
	{1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01, 2.68067772490389322e-03 * DAYS,
	 1.62824170038242295e-03 * DAYS, -9.51592254519715870e-05 * DAYS, 5.15138902046611451e-05 * SOLAR_MASS},
};

static double energy(const struct body *s) {
	double e = 0;
	for (int i = 0; i < BODIES; i++) {
		e += 0.5 * s[i].mass * (s[i].vx * s[i].vx + s[i].vy * s[i].vy + s[i].vz * s[i].vz);
		for (int j = i + 1; j < BODIES; j++) {
			double dx = s[i].x - s[j].x, dy = s[i].y - s[j].y, dz = s[i].z - s[j].z;
			e -= s[i].mass * s[j].mass / sqrt(dx * dx + dy * dy + dz * dz);
		}
	}
	return e;
}

static void advance(struct body *s, double dt) {
	for (int i = 0; i < BODIES; i++) {
		struct body *b = &s[i];
		for (int j = i + 1; j < BODIES; j++) {
			struct body *c = &s[j];
			double dx = b->x - c->x, dy = b->y - c->y, dz = b->z - c->z;
			double d2 = dx * dx + dy * dy + dz * dz;
			double mag = dt / (d2 * sqrt(d2));
			b->vx -= dx * c->mass * mag;
			b->vy -= dy * c->mass * mag;
			b->vz -= dz * c->mass * mag;
			c->vx += dx * b->mass * mag;
			c->vy += dy * b->mass * mag;
			c->vz += dz * b->mass * mag;
		}
	}
	for (int i = 0; i < BODIES; i++) {
		s[i].x += dt * s[i].vx;
		s[i].y += dt * s[i].vy;
		s[i].z += dt * s[i].vz;
	}
}

int main(int argc, char **argv) {
	int steps = argc > 1 && !strcmp(argv[1], "small") ? 20000 : 10000000;
	double px = 0, py = 0, pz = 0;
	for (int i = 0; i < BODIES; i++) {
		px += sky[i].vx * sky[i].mass;
		py += sky[i].vy * sky[i].mass;
		pz += sky[i].vz * sky[i].mass;
	}
	sky[0].vx = -px / SOLAR_MASS;
	sky[0].vy = -py / SOLAR_MASS;
	sky[0].vz = -pz / SOLAR_MASS;
	printf("%.9f\n", energy(sky));
	for (int i = 0; i < steps; i++)
		advance(sky, 0.01);
	printf("%.9f\n", energy(sky));
}
