package library

import (
	"errors"
	"fmt"
	"go/token"
	"strings"
	"unicode"
)

// Form says what Parse takes.
const Form = `"(*pkg/path.Type).Method" or "pkg/path.Func", then "context=Name" and "close=waits" where they apply`

// Parse parses the description of a further handshake: the full name of a
// method or function, followed by options that are set off by spaces,
//
//	(*example.com/mytls.Conn).Handshake context=HandshakeContext close=waits
//	example.com/mytls.Dial context=DialContext
//
// The variant that takes a context is a method of the same type, or a function
// of the same package. Close, if nothing is said of it, stops the handshake.
func Parse(text string) (Stack, error) {
	s, err := parse(text)
	if err != nil {
		return Stack{}, fmt.Errorf("%q should look like %s: %w", text, Form, err)
	}
	return s, nil
}

func parse(text string) (Stack, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return Stack{}, errors.New("it is empty")
	}
	path, h, err := parseName(words[0])
	if err != nil {
		return Stack{}, err
	}
	s := Stack{Path: path}
	seen := map[string]bool{}
	for _, word := range words[1:] {
		key, value, ok := strings.Cut(word, "=")
		switch {
		case !ok:
			return Stack{}, fmt.Errorf("%s is no option", word)
		case seen[key]:
			return Stack{}, fmt.Errorf("%s is given twice", key)
		case key == "context" && token.IsIdentifier(value):
			h.Context = value
		case key == "context":
			return Stack{}, fmt.Errorf("%q is no name of a variant in the same place", value)
		case key == "close" && h.Recv == "":
			return Stack{}, errors.New("close is said of methods only")
		case key == "close" && value == "waits":
			s.CloseWaits = true
		case key == "close":
			return Stack{}, fmt.Errorf("close can't be %q", value)
		default:
			return Stack{}, fmt.Errorf("there is no option %s", key)
		}
		seen[key] = true
	}
	if h.Context == h.Name {
		return Stack{}, errors.New("it is its own variant")
	}
	s.Handshakes = []Handshake{h}
	return s, nil
}

// parseName parses a full name, as go/types.Func.FullName has it.
func parseName(full string) (path string, h Handshake, err error) {
	if strings.ContainsAny(full, "[]") {
		return "", h, errors.New("type parameters are left out")
	}
	rest, isMethod := strings.CutPrefix(full, "(")
	if isMethod {
		recv, method, ok := strings.Cut(rest, ").")
		if !ok {
			return "", h, errors.New("no method is named behind the type")
		}
		rest, h.Name = recv, method
		rest, ok = strings.CutPrefix(rest, "*")
		if ok {
			h.Recv = "*"
		}
	}
	dot := strings.LastIndexByte(rest, '.')
	if dot < 0 || strings.IndexByte(rest[dot:], '/') >= 0 {
		return "", h, errors.New("no name is set off from the path of its package by a dot")
	}
	path = rest[:dot]
	if isMethod {
		h.Recv += rest[dot+1:]
	} else {
		h.Name = rest[dot+1:]
	}
	switch recv := strings.TrimPrefix(h.Recv, "*"); {
	case !isPath(path):
		return "", h, fmt.Errorf("%q is no path of a package", path)
	case isMethod && !token.IsIdentifier(recv):
		return "", h, fmt.Errorf("%q is no name of a type", recv)
	case !token.IsIdentifier(h.Name):
		return "", h, fmt.Errorf("%q is no name of a function", h.Name)
	case !isMethod && endsInType(path):
		return "", h, errors.New("the type of a method stands in parentheses")
	}
	return path, h, nil
}

// isPath reports whether path may be the import path of a package.
func isPath(path string) bool {
	for element := range strings.SplitSeq(path, "/") {
		if element == "" || strings.Trim(element, ".") == "" {
			return false
		}
	}
	return !strings.ContainsFunc(path, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.~+/", r)
	})
}

// endsInType reports whether what should be a path ends in a dot and what looks
// like the name of a type.
func endsInType(path string) bool {
	last := path[strings.LastIndexByte(path, '/')+1:]
	_, name, ok := strings.Cut(last, ".")
	return ok && token.IsExported(base("."+name))
}
