// A ray tracer: spheres and a plane behind an interface, shadows, mirrors, several rays a pixel.
package main

import (
	"fmt"
	"hash/crc32"
	"math"

	"bench/size"
)

type vec struct{ x, y, z float64 }

func (a vec) add(b vec) vec           { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec) sub(b vec) vec           { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vec) scale(k float64) vec     { return vec{a.x * k, a.y * k, a.z * k} }
func (a vec) mul(b vec) vec           { return vec{a.x * b.x, a.y * b.y, a.z * b.z} }
func (a vec) dot(b vec) float64       { return a.x*b.x + a.y*b.y + a.z*b.z }
func (a vec) unit() vec               { return a.scale(1 / math.Sqrt(a.dot(a))) }
func (a vec) reflect(normal vec) vec  { return a.sub(normal.scale(2 * a.dot(normal))) }
func lerp(a, b vec, t float64) vec    { return a.scale(1 - t).add(b.scale(t)) }
func (r ray) at(distance float64) vec { return r.origin.add(r.dir.scale(distance)) }

type ray struct{ origin, dir vec }

type material struct {
	colour vec
	mirror float64
}

type shape interface {
	hit(r ray) (distance float64, ok bool)
	normal(p vec) vec
	material(p vec) material
}

type sphere struct {
	centre  vec
	radius  float64
	surface material
}

const epsilon = 1e-6

func (s *sphere) hit(r ray) (float64, bool) {
	to := s.centre.sub(r.origin)
	along := to.dot(r.dir)
	d2 := to.dot(to) - along*along
	if d2 > s.radius*s.radius {
		return 0, false
	}
	half := math.Sqrt(s.radius*s.radius - d2)
	if t := along - half; t > epsilon {
		return t, true
	}
	t := along + half
	return t, t > epsilon
}

func (s *sphere) normal(p vec) vec      { return p.sub(s.centre).unit() }
func (s *sphere) material(vec) material { return s.surface }

// floor is the plane at a height, tiled.
type floor struct{ height float64 }

func (f floor) hit(r ray) (float64, bool) {
	if math.Abs(r.dir.y) < epsilon {
		return 0, false
	}
	t := (f.height - r.origin.y) / r.dir.y
	return t, t > epsilon
}

func (f floor) normal(vec) vec { return vec{0, 1, 0} }

func (f floor) material(p vec) material {
	if (int(math.Floor(p.x))+int(math.Floor(p.z)))%2 == 0 {
		return material{vec{0.9, 0.9, 0.9}, 0.1}
	}
	return material{vec{0.2, 0.2, 0.3}, 0.1}
}

type scene struct {
	shapes []shape
	lights []vec
}

func (s *scene) nearest(r ray) (shape, float64) {
	var best shape
	distance := math.Inf(1)
	for _, sh := range s.shapes {
		if t, ok := sh.hit(r); ok && t < distance {
			best, distance = sh, t
		}
	}
	return best, distance
}

func (s *scene) trace(r ray, depth int) vec {
	sh, distance := s.nearest(r)
	if sh == nil {
		return lerp(vec{0.4, 0.5, 0.8}, vec{0.9, 0.9, 1}, math.Abs(r.dir.y))
	}
	p := r.at(distance)
	n := sh.normal(p)
	m := sh.material(p)
	light := vec{0.1, 0.1, 0.1}
	for _, l := range s.lights {
		to := l.sub(p)
		far := math.Sqrt(to.dot(to))
		dir := to.scale(1 / far)
		if facing := n.dot(dir); facing > 0 {
			if blocker, t := s.nearest(ray{p.add(n.scale(epsilon)), dir}); blocker == nil || t > far {
				light = light.add(vec{facing, facing, facing}.scale(0.6))
			}
		}
	}
	colour := m.colour.mul(light)
	if m.mirror > 0 && depth > 0 {
		reflected := s.trace(ray{p.add(n.scale(epsilon)), r.dir.reflect(n)}, depth-1)
		colour = lerp(colour, reflected, m.mirror)
	}
	return colour
}

func main() {
	width := size.Pick(940, 40)
	height := width * 3 / 4
	s := &scene{shapes: []shape{floor{-1}}, lights: []vec{{5, 8, -5}, {-6, 4, -2}}}
	for i := range 12 {
		angle := float64(i) * math.Pi / 6
		s.shapes = append(s.shapes, &sphere{
			vec{3 * math.Cos(angle), -0.4 + 0.2*float64(i%3), 6 + 3*math.Sin(angle)}, 0.7,
			material{vec{0.3 + 0.05*float64(i), 0.9 - 0.06*float64(i), 0.5}, 0.3},
		})
	}
	image := make([]byte, 0, width*height*3)
	for y := range height {
		for x := range width {
			var sum vec
			for sample := range 4 {
				dx, dy := float64(sample%2)/2, float64(sample/2)/2
				dir := vec{(float64(x)+dx)/float64(width) - 0.5, 0.4 - (float64(y)+dy)/float64(width), 0.7}
				sum = sum.add(s.trace(ray{vec{0, 0.5, -1}, dir.unit()}, 4))
			}
			for _, c := range [...]float64{sum.x, sum.y, sum.z} {
				image = append(image, byte(min(c/4, 1)*255))
			}
		}
	}
	fmt.Printf("%dx%d %08x\n", width, height, crc32.ChecksumIEEE(image))
	size.Done()
}
