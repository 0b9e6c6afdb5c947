package filter

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"runtime"
	"slices"
	"sync"
)

// search reports for each package whether it has to be loaded.
func search(n *names, pkgs []*listedPackage, tests bool) []bool {
	wanted := make([]bool, len(pkgs))
	next := make(chan int)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				wanted[i] = n.inPackage(pkgs[i], tests)
			}
		})
	}
	for i := range pkgs {
		next <- i
	}
	close(next)
	group.Wait()
	return wanted
}

// inPackage reports whether the package may race a handshake, or has an error
// that the loader has to tell.
func (n *names) inPackage(p *listedPackage, tests bool) bool {
	if p.broken() {
		return true
	}
	files := p.files(tests)
	return slices.ContainsFunc(files, func(name string) bool { return n.handshakeIn(name, p.ImportPath) }) &&
		slices.ContainsFunc(files, n.raceIn)
}

// handshakeIn reports whether the file of the package may call a handshake, or
// has an error that the loader has to tell.
func (n *names) handshakeIn(name, pkgPath string) bool {
	src, err := os.ReadFile(name)
	if err != nil {
		return true
	}
	if !n.inText(src, pkgPath) {
		return false // nearly all files end here
	}
	file, err := parse(src)
	return err != nil || n.handshakeInSyntax(file, pkgPath)
}

// raceIn reports whether the file may race something, or has an error that the
// loader has to tell.
func (n *names) raceIn(name string) bool {
	src, err := os.ReadFile(name)
	if err != nil {
		return true
	}
	file, err := parse(src)
	return err != nil || n.raceInSyntax(file)
}

func parse(src []byte) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), "", src, 0)
}
