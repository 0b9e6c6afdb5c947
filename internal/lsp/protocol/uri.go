package protocol

import (
	"net/url"
	"path/filepath"
	"strings"
)

// A URI names a document. Those of files are all that the server cares for.
type URI string

// FileURI returns the URI of a file.
func FileURI(name string) URI {
	path := filepath.ToSlash(name)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	return URI((&url.URL{Scheme: "file", Path: path}).String())
}

// File returns the name of the file. It reports false if the URI is not one of
// a file on this machine.
func (u URI) File() (string, bool) {
	parsed, err := url.Parse(string(u))
	if err != nil || parsed.Scheme != "file" || parsed.Host != "" && parsed.Host != "localhost" || parsed.Path == "" {
		return "", false
	}
	path := parsed.Path
	if len(path) > 2 && path[0] == '/' && path[2] == ':' {
		path = strings.ToUpper(path[1:2]) + path[2:] // a drive letter
	}
	if strings.ContainsRune(path, 0) {
		return "", false
	}
	return filepath.Clean(filepath.FromSlash(path)), true
}
