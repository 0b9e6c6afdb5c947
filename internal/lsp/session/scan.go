package session

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
)

// Scan checks all that is in some folders. Only directories that can have a
// finding are loaded. It tells how many of them there are, and how many are
// done.
func (s *Session) Scan(ctx context.Context, folders []string, progress func(done, total int)) {
	dirs := s.search(ctx, folders)
	progress(0, len(dirs))
	for i, path := range dirs {
		s.mu.Lock()
		d := s.directory(path)
		s.enqueue(d)
		s.mu.Unlock()
		if s.wait(ctx, d, false) != nil {
			return
		}
		progress(i+1, len(dirs))
	}
}

// search returns the directories below the folders that can have a finding.
func (s *Session) search(ctx context.Context, folders []string) []string {
	s.mu.Lock()
	settings := s.settings
	s.mu.Unlock()
	found := make(map[string]bool)
	for _, folder := range folders {
		filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return fs.SkipAll
			case err != nil || !entry.IsDir():
				return nil // what can't be read has no findings
			case path != folder && skipped(entry.Name()):
				return fs.SkipDir
			case settings.concerns(load.Overlay{}, path):
				found[path] = true
			}
			return nil
		})
	}
	return sortedKeys(found)
}

// skipped reports whether a directory of this name is none of the user's
// packages, as the go command sees it.
func skipped(base string) bool {
	return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") ||
		base == "testdata" || base == "vendor" || base == "node_modules"
}
