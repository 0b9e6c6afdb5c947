package find

import (
	"slices"
	"testing"
)

// shakes says that a function named shake handshakes.
type shakes struct{ none }

func (shakes) Named(name string) bool { return name == "shake" }
func (shakes) Is(name string) bool    { return name == "p.shake" }

// TestNearest asks which of the roots come first.
func TestNearest(t *testing.T) {
	const src = `package p

func shake() {}

func Far() { go sub() }

func sub() { near() }

func near() { shake() }

func Next() { go near() }

func Here() { go shake() }

func Here2() { go shake() }
`
	c := check(t, map[string]string{"a.go": src}).Build(shakes{})
	var roots []string
	for _, fn := range c.Roots(false) {
		roots = append(roots, fn.Name())
	}
	if want := []string{"Here", "Here2", "Next", "Far"}; !slices.Equal(roots, want) {
		t.Errorf("roots: %v, want %v", roots, want)
	}
}

// TestRoots asks which functions an execution begins with: those that can race a
// handshake, and that nothing in the package refers to.
func TestRoots(t *testing.T) {
	const common = `package p

func shake() {}

type conn struct{}

func (conn) Shake() { shake() }

type other struct{}

func (other) Shake() {}

type shaker interface{ Shake() }

type closer interface {
	shaker
	Close()
}

type box[T shaker] struct{ x T }

func (b *box[T]) Shake() { b.x.Shake() }

func use(s shaker) { go s.Shake() }

`
	for _, test := range []struct {
		name, src string
		want      []string
	}{
		{"called in a goroutine", "func Root() { go shake() }", []string{"Root"}},
		{"no goroutine", "func Root() { shake() }", nil},
		{"a select", "func Root() { shake(); select {} }", []string{"Root"}},
		{"no handshake", "func Root() { go func() {}() }", nil},
		{"the goroutine is below", "func Root() { sub() }\nfunc sub() { go shake() }", []string{"Root"}},
		{"the goroutine is beside", "func Root() { shake() }\nfunc Beside() { go Root() }", []string{"Beside"}},
		{"in an interface", "func Root() { use(conn{}) }", []string{"Root"}},
		{"in another's interface", "func Root() { use(other{}) }", nil},
		{"in an interface that it does not implement", "var s0 shaker = conn{}\nfunc Root(c closer) { go c.Shake() }", nil},
		{"embedded in what implements it",
			"type both struct{ *conn }\nfunc (both) Close() {}\nvar c0 closer = both{}\nfunc Root(c closer) { go c.Shake() }",
			[]string{"Root"}},
		{"an interface embedded in a struct",
			"type both struct{ shaker }\nfunc (both) Close() {}\nvar c0 closer = both{conn{}}\nfunc Root(c closer) { go c.Shake() }",
			[]string{"Root"}},
		{"an instance in an interface", "func Root() { use(&box[conn]{}) }", []string{"Root"}},
		{"another instance in an interface", "func Root() { use(&box[other]{}) }", nil},
		{"asserted", "func Root(x any) { go x.(conn).Shake() }", []string{"Root"}},
		{"a table", "var table = []func(){shake}\nfunc Root() { go table[0]() }", []string{"Root"}},
		{"a method value", "func Root() { f := shaker.Shake; go f(conn{}) }", []string{"Root"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := check(t, map[string]string{"a.go": common + test.src + "\n"}).Build(shakes{})
			var roots []string
			for _, fn := range c.roots {
				if fn.Name() != "use" {
					roots = append(roots, fn.Name())
				}
			}
			if !slices.Equal(roots, test.want) {
				t.Errorf("roots: %v, want %v", roots, test.want)
			}
		})
	}
}
