// N-body: the sun and four planets, integrated by a symplectic method.
package main

import (
	"fmt"
	"math"

	"bench/size"
)

const (
	solarMass   = 4 * math.Pi * math.Pi
	daysPerYear = 365.24
)

type vec struct{ x, y, z float64 }

type body struct {
	pos, vel vec
	mass     float64
}

type system []body

func planets() system {
	s := system{
		{mass: solarMass},
		{
			vec{4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01},
			vec{1.66007664274403694e-03 * daysPerYear, 7.69901118419740425e-03 * daysPerYear, -6.90460016972063023e-05 * daysPerYear},
			9.54791938424326609e-04 * solarMass,
		},
		{
			vec{8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01},
			vec{-2.76742510726411904e-03 * daysPerYear, 4.99852801234917238e-03 * daysPerYear, 2.30417297573763929e-05 * daysPerYear},
			2.85885980666130812e-04 * solarMass,
		},
		{
			vec{1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01},
			vec{2.96460137564761618e-03 * daysPerYear, 2.37847173959480950e-03 * daysPerYear, -2.96589568540237556e-05 * daysPerYear},
			4.36624404335156298e-05 * solarMass,
		},
		{
			vec{1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01},
			vec{2.68067772490389322e-03 * daysPerYear, 1.62824170038242295e-03 * daysPerYear, -9.51592254519715870e-05 * daysPerYear},
			5.15138902046611451e-05 * solarMass,
		},
	}
	var p vec
	for i := range s {
		b := &s[i]
		p.x += b.vel.x * b.mass
		p.y += b.vel.y * b.mass
		p.z += b.vel.z * b.mass
	}
	s[0].vel = vec{-p.x / solarMass, -p.y / solarMass, -p.z / solarMass}
	return s
}

func (s system) energy() float64 {
	var e float64
	for i := range s {
		b := &s[i]
		e += 0.5 * b.mass * (b.vel.x*b.vel.x + b.vel.y*b.vel.y + b.vel.z*b.vel.z)
		for j := i + 1; j < len(s); j++ {
			c := &s[j]
			dx, dy, dz := b.pos.x-c.pos.x, b.pos.y-c.pos.y, b.pos.z-c.pos.z
			e -= b.mass * c.mass / math.Sqrt(dx*dx+dy*dy+dz*dz)
		}
	}
	return e
}

func (s system) advance(dt float64) {
	for i := range s {
		b := &s[i]
		for j := i + 1; j < len(s); j++ {
			c := &s[j]
			dx, dy, dz := b.pos.x-c.pos.x, b.pos.y-c.pos.y, b.pos.z-c.pos.z
			d2 := dx*dx + dy*dy + dz*dz
			mag := dt / (d2 * math.Sqrt(d2))
			b.vel.x -= dx * c.mass * mag
			b.vel.y -= dy * c.mass * mag
			b.vel.z -= dz * c.mass * mag
			c.vel.x += dx * b.mass * mag
			c.vel.y += dy * b.mass * mag
			c.vel.z += dz * b.mass * mag
		}
	}
	for i := range s {
		b := &s[i]
		b.pos.x += dt * b.vel.x
		b.pos.y += dt * b.vel.y
		b.pos.z += dt * b.vel.z
	}
}

func main() {
	steps := size.Pick(10_000_000, 20_000)
	s := planets()
	fmt.Printf("%.9f\n", s.energy())
	for range steps {
		s.advance(0.01)
	}
	fmt.Printf("%.9f\n", s.energy())
	size.Done()
}
