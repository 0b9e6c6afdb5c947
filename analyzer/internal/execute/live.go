package execute

import (
	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A bitset is a set of small numbers, such as registers.
type bitset []uint64

func newBitset(n int) bitset    { return make(bitset, (n+63)/64) }
func (s bitset) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s bitset) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s bitset) remove(i int)   { s[i/64] &^= 1 << (i % 64) }
func (s bitset) union(t bitset) (news bool) {
	for i, w := range t {
		news = news || s[i]|w != s[i]
		s[i] |= w
	}
	return news
}

// live calls add for each value that the frame may still use.
func (f *frame) live(add func(heap.Value)) {
	if f.then != nil {
		return
	}
	f.info.findLive(f.fn)
	set := f.info.liveAt(f.block, f.pc)
	for i, v := range f.regs {
		if v != nil && set.has(i) {
			add(v)
		}
	}
}

// liveAt returns the registers that are used at or after an instruction.
func (info *funcInfo) liveAt(b *ssa.BasicBlock, pc int) bitset {
	set := info.liveOut(b)
	for i := len(b.Instrs) - 1; i >= pc; i-- {
		info.transfer(set, b.Instrs[i])
	}
	return set
}

func (info *funcInfo) liveOut(b *ssa.BasicBlock) bitset {
	set := newBitset(len(info.index))
	for _, s := range b.Succs {
		set.union(info.liveIn[s.Index])
	}
	return set
}

// transfer moves the set from after an instruction to before it.
func (info *funcInfo) transfer(set bitset, instr ssa.Instruction) {
	if v, ok := instr.(ssa.Value); ok {
		set.remove(info.index[v])
	}
	for _, op := range instr.Operands(nil) {
		if *op == nil {
			continue
		}
		if i, ok := info.index[*op]; ok {
			set.add(i)
		}
	}
}

// findLive computes which registers are used from each block on. A phi's
// operands count as used at its block, which errs on the side of silence.
func (info *funcInfo) findLive(fn *ssa.Function) {
	if info.hasLive {
		return
	}
	info.hasLive = true
	info.liveIn = make([]bitset, len(fn.Blocks))
	for i := range info.liveIn {
		info.liveIn[i] = newBitset(len(info.index))
	}
	for changed := true; changed; {
		changed = false
		for i := len(fn.Blocks) - 1; i >= 0; i-- {
			b := fn.Blocks[i]
			changed = info.liveIn[i].union(info.liveAt(b, 0)) || changed
		}
	}
}
