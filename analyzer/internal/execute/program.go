package execute

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A Program is the code that is executed, and what is known of it before.
type Program struct {
	SSA *ssa.Program
	Pkg *ssa.Package // the functions with a body are its own

	// Library knows the functions that have no body here.
	Library Library

	// Functions are the package's functions, those in functions included.
	Functions []*ssa.Function

	// InTests reports whether a function is in one of the package's test files. What
	// it does to variables is unknown to executions that begin outside of them.
	InTests func(*ssa.Function) bool

	// Leads reports whether a function can lead to a handshake.
	Leads func(*ssa.Function) bool

	// Relevant reports whether an instruction can lead to a handshake.
	Relevant func(ssa.Instruction) bool

	// CallsValue reports whether an instruction can lead to the call of a
	// function value.
	CallsValue func(ssa.Instruction) bool

	infos  map[*ssa.Function]*funcInfo
	names  map[any]string // by *ssa.Function, and by *types.Func of an interface
	models map[any]Model  // see remembered
	// What the initialization of the package left behind: with its tests, and
	// without.
	tested, released *template
}

// A Library knows what functions do that have no body here.
type Library interface {
	// Function returns the model of the function with the given full name and
	// signature, or nil if nothing is known of it.
	Function(fullName string, sig *types.Signature) Model
	// Exits reports whether the function with the given full name ends the
	// process, or the goroutine.
	Exits(fullName string) bool
	// Channel returns the clock behind a channel from elsewhere, as its element
	// type tells, or nil if it is a plain channel.
	Channel(m *Machine, ch *heap.Chan) any
	// IsClock reports whether the channel is, by the way it is spelled, that of
	// a timer or a context.
	IsClock(ch ssa.Value) bool
	// Sentinel returns what is known of the error in the package variable
	// "path.Name".
	Sentinel(name string) any
	// Foreign returns the model of a function that nothing is known of but its
	// signature; nil if that tells nothing.
	Foreign(sig *types.Signature) Model
	// Method returns the model of a method of a value whose code is not here, by
	// what is known of the value; nil if nothing is known.
	Method(recv heap.Value, name string) Model
	// MethodOf returns the model of a method of a static type, for all its values;
	// nil if nothing is known.
	MethodOf(static types.Type, name string) Model
}

// A funcInfo is what is found out about a function on its first execution.
type funcInfo struct {
	index   map[ssa.Value]int // registers
	reach   []reach           // by block index
	leading []leading         // by block index
	loops   map[*ssa.BasicBlock]bitset
	doomed  []bool // by block index: whether an execution ends there for sure
	liveIn  []bitset
	hasLive bool
}

// A reach says whether a handshake can be reached from the start of a block.
type reach struct {
	static  bool // by a name that is spelled
	dynamic bool // by calling a function value
}

// info returns what is known of fn.
func (p *Program) info(fn *ssa.Function) *funcInfo {
	if info, ok := p.infos[fn]; ok {
		return info
	}
	info := &funcInfo{index: map[ssa.Value]int{}}
	add := func(v ssa.Value) { info.index[v] = len(info.index) }
	for _, v := range fn.Params {
		add(v)
	}
	for _, v := range fn.FreeVars {
		add(v)
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if v, ok := instr.(ssa.Value); ok {
				add(v)
			}
		}
	}
	info.findReach(p, fn)
	info.findLoops(fn)
	info.findDoomed(p, fn)
	p.infos[fn] = info
	return info
}

// findReach computes from which blocks a handshake can be reached.
func (info *funcInfo) findReach(p *Program, fn *ssa.Function) {
	info.reach = make([]reach, len(fn.Blocks))
	info.leading = make([]leading, len(fn.Blocks))
	for i, b := range fn.Blocks {
		info.leading[i] = p.leadingOf(b.Instrs)
		info.reach[i] = info.leading[i].after(-1)
	}
	for changed := true; changed; {
		changed = false
		for i := len(fn.Blocks) - 1; i >= 0; i-- {
			changed = info.propagate(fn.Blocks[i]) || changed
		}
	}
}

// A leading tells which instructions of a block are the last that themselves
// lead to a handshake; -1 for none.
type leading struct {
	static  int // by a name that is spelled
	dynamic int // by calling a function value
}

func (p *Program) leadingOf(instrs []ssa.Instruction) leading {
	l := leading{-1, -1}
	for i, instr := range instrs {
		if p.Relevant(instr) {
			l.static = i
		}
		if p.CallsValue(instr) {
			l.dynamic = i
		}
	}
	return l
}

// after says what the instructions after the one at pc lead to.
func (l leading) after(pc int) reach { return reach{l.static > pc, l.dynamic > pc} }

// propagate adds to block b what its successors reach, and reports whether
// that was news.
func (info *funcInfo) propagate(b *ssa.BasicBlock) (changed bool) {
	old := info.reach[b.Index]
	r := old
	for _, s := range b.Succs {
		r.static = r.static || info.reach[s.Index].static
		r.dynamic = r.dynamic || info.reach[s.Index].dynamic
	}
	info.reach[b.Index] = r
	return r != old
}
