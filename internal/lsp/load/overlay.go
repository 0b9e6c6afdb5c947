package load

import (
	"hash/maphash"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An Overlay holds the contents of the unsaved files, by name.
type Overlay map[string]string

// ReadFile returns the content of a file as its user sees it.
func (o Overlay) ReadFile(name string) ([]byte, error) {
	if content, ok := o[name]; ok {
		return []byte(content), nil
	}
	return os.ReadFile(name)
}

// GoFiles returns the Go files in a directory that the go command would look
// at, in order.
func (o Overlay) GoFiles(dir string) []string {
	var names []string
	add := func(base string) {
		if strings.HasSuffix(base, ".go") && !strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "_") {
			names = append(names, filepath.Join(dir, base))
		}
	}
	entries, _ := os.ReadDir(dir) // one that is not there has no files
	for _, entry := range entries {
		if !entry.IsDir() {
			add(entry.Name())
		}
	}
	for name := range o {
		if filepath.Dir(name) == dir {
			add(filepath.Base(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A stamp changes when a file does. Zero is that of a file that is not there.
type stamp uint64

var seed = maphash.MakeSeed()

func (o Overlay) stamp(name string) stamp {
	if content, ok := o[name]; ok {
		return stamp(maphash.String(seed, content))
	}
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return stamp(maphash.Comparable(seed, [2]int64{info.Size(), info.ModTime().UnixNano()}))
}

// dirStamp changes when a Go file comes to a directory or goes.
func (o Overlay) dirStamp(dir string) stamp {
	return stamp(maphash.String(seed, strings.Join(o.GoFiles(dir), "\x00")))
}
