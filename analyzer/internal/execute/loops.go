package execute

import "golang.org/x/tools/go/ssa"

// findLoops finds the natural loops of a function: for a block that is reached again
// from blocks that it dominates, the blocks, by index, from which that happens
// without going through it. A loop in it is part of it; one around it is not, though
// that leads to it again.
func (info *funcInfo) findLoops(fn *ssa.Function) {
	info.loops = map[*ssa.BasicBlock]bitset{}
	for _, head := range fn.Blocks {
		for _, last := range head.Preds {
			if head.Dominates(last) {
				info.addLoop(head, last)
			}
		}
	}
}

// addLoop adds the loop that goes from the block last back to head.
func (info *funcInfo) addLoop(head, last *ssa.BasicBlock) {
	body := info.loops[head]
	if body == nil {
		body = newBitset(len(head.Parent().Blocks))
		body.add(head.Index)
		info.loops[head] = body
	}
	for above := []*ssa.BasicBlock{last}; len(above) > 0; {
		b := above[len(above)-1]
		above = above[:len(above)-1]
		if !body.has(b.Index) {
			body.add(b.Index)
			above = append(above, b.Preds...)
		}
	}
}
