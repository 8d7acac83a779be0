// A bytecode interpreter: an assembler of labels, and a machine with a stack, calls and a memory.
package main

import (
	"fmt"

	"bench/size"
)

type opcode uint8

const (
	opPush opcode = iota
	opLoad        // a local variable
	opStore
	opAdd
	opSub
	opMul
	opMod
	opLess
	opJump
	opJumpZero
	opCall
	opReturn
	opGet // memory
	opSet
	opDup
	opHalt
)

type instruction struct {
	op  opcode
	arg int64
}

type assembler struct {
	code    []instruction
	labels  map[string]int64
	pending map[int]string
}

func (a *assembler) emit(op opcode, arg int64) { a.code = append(a.code, instruction{op, arg}) }
func (a *assembler) label(name string)         { a.labels[name] = int64(len(a.code)) }
func (a *assembler) jump(op opcode, to string) {
	a.pending[len(a.code)] = to
	a.emit(op, 0)
}
func (a *assembler) link() []instruction {
	for at, name := range a.pending {
		a.code[at].arg = a.labels[name]
	}
	return a.code
}

type frame struct {
	locals [4]int64
	back   int
}

type machine struct {
	stack  []int64
	frames []frame
	memory []int64
	steps  int
}

func (m *machine) pop() int64 {
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v
}

func (m *machine) push(v int64) { m.stack = append(m.stack, v) }

func (m *machine) run(code []instruction) int64 {
	m.frames = append(m.frames, frame{})
	f := &m.frames[0]
	for pc := 0; ; {
		in := code[pc]
		pc++
		m.steps++
		switch in.op {
		case opPush:
			m.push(in.arg)
		case opLoad:
			m.push(f.locals[in.arg])
		case opStore:
			f.locals[in.arg] = m.pop()
		case opAdd:
			y := m.pop()
			m.stack[len(m.stack)-1] += y
		case opSub:
			y := m.pop()
			m.stack[len(m.stack)-1] -= y
		case opMul:
			y := m.pop()
			m.stack[len(m.stack)-1] *= y
		case opMod:
			y := m.pop()
			m.stack[len(m.stack)-1] %= y
		case opLess:
			y, x := m.pop(), m.pop()
			if x < y {
				m.push(1)
			} else {
				m.push(0)
			}
		case opJump:
			pc = int(in.arg)
		case opJumpZero:
			if m.pop() == 0 {
				pc = int(in.arg)
			}
		case opCall:
			arg := m.pop()
			m.frames = append(m.frames, frame{back: pc})
			f = &m.frames[len(m.frames)-1]
			f.locals[0] = arg
			pc = int(in.arg)
		case opReturn:
			pc = f.back
			m.frames = m.frames[:len(m.frames)-1]
			f = &m.frames[len(m.frames)-1]
		case opGet:
			m.push(m.memory[m.pop()])
		case opSet:
			at, v := m.pop(), m.pop()
			m.memory[at] = v
		case opDup:
			m.push(m.stack[len(m.stack)-1])
		case opHalt:
			return m.pop()
		default:
			panic(fmt.Sprintf("no opcode %d", in.op))
		}
	}
}

// program computes fib(n) by recursion, then sieves limit numbers and adds the primes.
func program(n, limit int64) []instruction {
	a := &assembler{labels: map[string]int64{}, pending: map[int]string{}}
	a.emit(opPush, n)
	a.jump(opCall, "fib")
	a.emit(opStore, 3)
	// for i = 2; i < limit; i++ { if memory[i] == 0 { sum += i; for j = i+i; j < limit; j += i { memory[j] = 1 } } }
	a.emit(opPush, 2)
	a.emit(opStore, 0)
	a.label("outer")
	a.emit(opLoad, 0)
	a.emit(opPush, limit)
	a.emit(opLess, 0)
	a.jump(opJumpZero, "end")
	a.emit(opLoad, 0)
	a.emit(opGet, 0)
	a.jump(opJumpZero, "prime")
	a.jump(opJump, "next")
	a.label("prime")
	a.emit(opLoad, 0)
	a.emit(opLoad, 3)
	a.emit(opAdd, 0)
	a.emit(opStore, 3)
	a.emit(opLoad, 0)
	a.emit(opDup, 0)
	a.emit(opAdd, 0)
	a.emit(opStore, 1)
	a.label("inner")
	a.emit(opLoad, 1)
	a.emit(opPush, limit)
	a.emit(opLess, 0)
	a.jump(opJumpZero, "next")
	a.emit(opPush, 1)
	a.emit(opLoad, 1)
	a.emit(opSet, 0)
	a.emit(opLoad, 1)
	a.emit(opLoad, 0)
	a.emit(opAdd, 0)
	a.emit(opStore, 1)
	a.jump(opJump, "inner")
	a.label("next")
	a.emit(opLoad, 0)
	a.emit(opPush, 1)
	a.emit(opAdd, 0)
	a.emit(opStore, 0)
	a.jump(opJump, "outer")
	a.label("end")
	a.emit(opLoad, 3)
	a.emit(opHalt, 0)

	a.label("fib")
	a.emit(opLoad, 0)
	a.emit(opPush, 2)
	a.emit(opLess, 0)
	a.jump(opJumpZero, "recurse")
	a.emit(opLoad, 0)
	a.emit(opReturn, 0)
	a.label("recurse")
	a.emit(opLoad, 0)
	a.emit(opPush, 1)
	a.emit(opSub, 0)
	a.jump(opCall, "fib")
	a.emit(opLoad, 0)
	a.emit(opPush, 2)
	a.emit(opSub, 0)
	a.jump(opCall, "fib")
	a.emit(opAdd, 0)
	a.emit(opReturn, 0)
	return a.link()
}

func main() {
	n := size.Pick(33, 16)
	limit := n * n * 2000
	m := &machine{memory: make([]int64, limit)}
	fmt.Println(m.run(program(int64(n), int64(limit))), m.steps)
	size.Done()
}
