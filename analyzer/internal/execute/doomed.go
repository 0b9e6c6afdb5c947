package execute

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// findDoomed computes from which blocks an execution ends for sure, before
// anything in it can wait: by t.Fatal, say. Of such an execution nothing is said.
func (info *funcInfo) findDoomed(p *Program, fn *ssa.Function) {
	info.doomed = make([]bool, len(fn.Blocks))
	for changed := true; changed; {
		changed = false
		for i := len(fn.Blocks) - 1; i >= 0; i-- {
			if !info.doomed[i] && info.dooms(p, fn.Blocks[i]) {
				info.doomed[i], changed = true, true
			}
		}
	}
}

// dooms reports whether block b ends an execution, as far as that is known.
func (info *funcInfo) dooms(p *Program, b *ssa.BasicBlock) bool {
	for _, instr := range b.Instrs {
		switch {
		case p.exits(instr):
			return true
		case !isInstant(instr):
			return false
		}
	}
	for _, s := range b.Succs {
		if !info.doomed[s.Index] {
			return false
		}
	}
	return len(b.Succs) > 0
}

// exits reports whether an instruction calls a function that ends the process, or
// the goroutine.
func (p *Program) exits(instr ssa.Instruction) bool {
	call, ok := instr.(*ssa.Call)
	return ok && p.Library.Exits(CalleeName(&call.Call))
}

// isInstant reports whether an instruction can neither wait nor panic with
// something that a deferred call is likely to recover.
func isInstant(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Send, *ssa.Select, *ssa.Panic, *ssa.Return:
		return false
	case *ssa.UnOp:
		return instr.Op != token.ARROW
	case *ssa.TypeAssert:
		return instr.CommaOk
	case *ssa.Call:
		_, builtin := instr.Call.Value.(*ssa.Builtin)
		return builtin
	}
	return true
}
