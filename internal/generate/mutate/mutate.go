// Package mutate changes Go code at random, in ways that often leave it valid.
package mutate

import (
	"go/ast"
	"go/token"
	"go/types"
	"math/rand/v2"
	"slices"
)

// File changes a type-checked file in one place. It reports whether it found a
// place. What it leaves need not type-check, and positions in it are void: it
// has to be printed and parsed anew.
func File(r *rand.Rand, file *ast.File, info *types.Info) bool {
	mutations := []func(*rand.Rand, *ast.File, *types.Info) bool{
		deleteStmt, duplicateStmt, swapStmts, moveStmt, replaceExpr, replaceExpr, wrapStmt,
	}
	return mutations[r.IntN(len(mutations))](r, file, info)
}

// lists returns all lists of at least n statements, by where they are held.
func lists(file *ast.File, n int) []*[]ast.Stmt {
	var all []*[]ast.Stmt
	add := func(stmts *[]ast.Stmt) {
		if len(*stmts) >= n {
			all = append(all, stmts)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.BlockStmt:
			if !isClauses(node) {
				add(&node.List)
			}
		case *ast.CaseClause:
			add(&node.Body)
		case *ast.CommClause:
			add(&node.Body)
		}
		return true
	})
	return all
}

// isClauses reports whether the block is that of a switch or select.
func isClauses(block *ast.BlockStmt) bool {
	return slices.ContainsFunc(block.List, func(s ast.Stmt) bool {
		switch s.(type) {
		case *ast.CaseClause, *ast.CommClause:
			return true
		}
		return false
	})
}

// choose returns one of the items.
func choose[T any](r *rand.Rand, items []T) (item T, ok bool) {
	if len(items) == 0 {
		return item, false
	}
	return items[r.IntN(len(items))], true
}

func deleteStmt(r *rand.Rand, file *ast.File, _ *types.Info) bool {
	stmts, ok := choose(r, lists(file, 1))
	if ok {
		i := r.IntN(len(*stmts))
		*stmts = slices.Delete(*stmts, i, i+1)
	}
	return ok
}

func duplicateStmt(r *rand.Rand, file *ast.File, _ *types.Info) bool {
	stmts, ok := choose(r, lists(file, 1))
	if ok {
		i := r.IntN(len(*stmts))
		*stmts = slices.Insert(*stmts, i, (*stmts)[i])
	}
	return ok
}

func swapStmts(r *rand.Rand, file *ast.File, _ *types.Info) bool {
	stmts, ok := choose(r, lists(file, 2))
	if ok {
		i, j := r.IntN(len(*stmts)), r.IntN(len(*stmts))
		(*stmts)[i], (*stmts)[j] = (*stmts)[j], (*stmts)[i]
	}
	return ok
}

// moveStmt puts a copy of a statement into another list.
func moveStmt(r *rand.Rand, file *ast.File, _ *types.Info) bool {
	all := lists(file, 1)
	from, ok := choose(r, all)
	if !ok {
		return false
	}
	to, _ := choose(r, all)
	stmt := (*from)[r.IntN(len(*from))]
	if contains(stmt, to) {
		return false // it would contain itself
	}
	*to = slices.Insert(*to, r.IntN(len(*to)+1), stmt)
	return true
}

// contains reports whether a list is inside of a statement.
func contains(stmt ast.Stmt, stmts *[]ast.Stmt) bool {
	inner := &ast.File{Name: ast.NewIdent("p"), Decls: []ast.Decl{
		&ast.FuncDecl{Name: ast.NewIdent("f"), Type: &ast.FuncType{}, Body: &ast.BlockStmt{List: []ast.Stmt{stmt}}},
	}}
	return slices.Contains(lists(inner, 0), stmts)
}

// wrapStmt puts a statement into a loop, a goroutine, a deferred function or a
// condition.
func wrapStmt(r *rand.Rand, file *ast.File, _ *types.Info) bool {
	stmts, ok := choose(r, lists(file, 1))
	if !ok {
		return false
	}
	stmt := &(*stmts)[r.IntN(len(*stmts))]
	block := &ast.BlockStmt{List: []ast.Stmt{*stmt}}
	call := &ast.CallExpr{Fun: &ast.FuncLit{Type: &ast.FuncType{Params: &ast.FieldList{}}, Body: block}}
	*stmt, _ = choose(r, []ast.Stmt{
		&ast.ForStmt{Body: block},
		&ast.RangeStmt{X: &ast.BasicLit{Kind: token.INT, Value: "3"}, Body: block},
		&ast.GoStmt{Call: call},
		&ast.DeferStmt{Call: call},
		&ast.ExprStmt{X: call},
		&ast.LabeledStmt{Label: ast.NewIdent("again"), Stmt: &ast.BlockStmt{List: []ast.Stmt{
			*stmt, &ast.BranchStmt{Tok: token.GOTO, Label: ast.NewIdent("again")},
		}}},
	})
	return true
}

// replaceExpr puts an expression in the place of another one of its type.
func replaceExpr(r *rand.Rand, file *ast.File, info *types.Info) bool {
	places := exprs(file, info)
	place, ok := choose(r, places)
	if !ok {
		return false
	}
	typ := info.TypeOf(*place)
	others := slices.DeleteFunc(places, func(p *ast.Expr) bool {
		return *p == *place || !types.Identical(info.TypeOf(*p), typ) || within(*p, *place)
	})
	other, ok := choose(r, others)
	if ok {
		*place = *other
	}
	return ok
}

// within reports whether b is a part of a.
func within(a, b ast.Expr) bool {
	return a.Pos() <= b.Pos() && b.End() <= a.End()
}

// exprs returns the places of all arguments, operands and right hand sides.
func exprs(file *ast.File, info *types.Info) []*ast.Expr {
	var places []*ast.Expr
	add := func(list ...*ast.Expr) {
		for _, e := range list {
			if tv, ok := info.Types[*e]; ok && *e != nil && tv.IsValue() {
				places = append(places, e)
			}
		}
	}
	addAll := func(list []ast.Expr) {
		for i := range list {
			add(&list[i])
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			addAll(node.Args)
		case *ast.SelectorExpr:
			add(&node.X)
		case *ast.AssignStmt:
			addAll(node.Rhs)
		case *ast.ReturnStmt:
			addAll(node.Results)
		case *ast.BinaryExpr:
			add(&node.X, &node.Y)
		case *ast.UnaryExpr:
			add(&node.X)
		case *ast.SendStmt:
			add(&node.Chan, &node.Value)
		case *ast.IfStmt:
			add(&node.Cond)
		case *ast.KeyValueExpr:
			add(&node.Value)
		}
		return true
	})
	return places
}
