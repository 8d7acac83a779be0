// Pinner. The collector moves nothing, so what is pinned is only kept alive.

package runtime

import "internal/abi"

// A Pinner keeps objects where they are until Unpin.
type Pinner struct {
	*pinned
}

type pinned struct {
	objects []any
}

// Pin pins what pointer, of type *T or unsafe.Pointer, points to.
func (p *Pinner) Pin(pointer any) {
	t := efaceOf(&pointer)._type
	if t == nil {
		panic(errorString("runtime.Pinner: argument is nil"))
	}
	if k := t.Kind(); k != abi.Pointer && k != abi.UnsafePointer {
		panic(errorString("runtime.Pinner: argument is not a pointer: " + typeString(t)))
	}
	if p.pinned == nil {
		p.pinned = new(pinned)
		SetFinalizer(p.pinned, func(p *pinned) {
			if len(p.objects) != 0 {
				panic(errorString("runtime.Pinner: found leaking pinned pointer; forgot to call Unpin()?"))
			}
		})
	}
	p.objects = append(p.objects, pointer)
}

// Unpin unpins everything the Pinner has pinned.
func (p *Pinner) Unpin() {
	if p.pinned != nil {
		p.objects = nil
	}
}
