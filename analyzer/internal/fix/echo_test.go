package fix_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth"
)

// An echo is what case functions return when their peer stays silent: their
// errors, by directory, case and world. A case is called several times in each
// world and all that is different is kept.
type echo map[string][]string

// echoes calls the cases of packages that are in one module, in bubbles, with
// a silent peer and each of the timers that they are handed firing first.
func echoes(ctx context.Context, module string, pkgs []*truth.Package) (echo, error) {
	args := []string{"test", "-vet=off", "-run=^TestEcho$", "-v", "-timeout=5m"}
	for _, pkg := range pkgs {
		var test bytes.Buffer
		if err := echoTemplate.Execute(&test, pkg); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(pkg.Dir, "echo_test.go"), test.Bytes(), 0o666); err != nil {
			return nil, err
		}
		args = append(args, pkg.Dir)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = module
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	all := make(echo)
	for line := range strings.Lines(string(out)) {
		if text, ok := strings.CutPrefix(line, "echo: "); ok {
			key, value, _ := strings.Cut(text, " = ")
			if known := all[key]; !slices.Contains(known, value) {
				all[key] = append(known, value)
			}
		}
	}
	return all, nil
}

// compareEchoes tells where fixed cases return another error than before, unless
// that was a matter of chance.
func compareEchoes(t *testing.T, all echo, unfixed, fixed string, cases []string) {
	t.Helper()
	for key, want := range all {
		rest, ok := strings.CutPrefix(key, unfixed+" ")
		if name, _, _ := strings.Cut(rest, " "); !ok || !slices.Contains(cases, name) {
			continue
		}
		if got := all[fixed+" "+rest]; len(want) == 1 && len(got) > 0 && !slices.Equal(got, want) {
			t.Errorf("%s: %s returns\n\t%q and before the fix\n\t%q", filepath.Base(fixed), rest, got, want)
		}
	}
}

var echoTemplate = template.Must(template.New("").Funcs(template.FuncMap{
	// runs reports whether a case can be run in a bubble and in this process.
	"runs": func(c truth.Case) bool {
		return !slices.Contains(c.Params, "addr") && !slices.Contains(c.Params, "address") &&
			!strings.Contains(c.Name, "Fatal") && !strings.Contains(c.Name, "Exit") && !strings.Contains(c.Name, "Panic") &&
			c.Prefix != "Lose" && c.Prefix != "Silent"
	},
}).Parse(`package {{.Name}}

import (
	echo_context "context"
	echo_tls "crypto/tls"
	echo_fmt "fmt"
	echo_net "net"
	echo_reflect "reflect"
	echo_testing "testing"
	echo_synctest "testing/synctest"
	echo_time "time"
)

func TestEcho(t *echo_testing.T) {
{{- range .Cases}}{{if runs .}}
	echoCase(t, {{printf "%q" $.Dir}}, {{printf "%q" .Name}}, {{.Name}})
{{- end}}{{end}}
}

func echoCase(t *echo_testing.T, dir, name string, f any) {
	worlds := 1 + echo_reflect.TypeOf(f).NumIn()
	for i := range 3 * worlds {
		first := i%worlds - 1
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { recover() }() // what is left in a bubble
			echo_synctest.Test(t, func(t *echo_testing.T) {
				var ends []echo_net.Conn
				args, ok := echoArgs(f, first, &ends)
				if !ok {
					return
				}
				for _, result := range echo_reflect.ValueOf(f).Call(args) {
					err, ok := result.Interface().(error)
					if !ok {
						continue
					}
					timeout, _ := err.(interface{ Timeout() bool })
					echo_fmt.Printf("\necho: %s %s %d = %T, %v, timeout: %v\n", dir, name, first, err, err, timeout != nil && timeout.Timeout())
				}
				echo_time.Sleep(echo_time.Hour)
				for _, end := range ends {
					end.Close()
				}
			})
		}()
		select {
		case <-done:
		case <-echo_time.After(5 * echo_time.Second):
			// It waits for a mutex, which no bubble sees through, and says nothing.
			return
		}
	}
}

// echoArgs returns arguments for f. What fires does so after an hour, but for
// the parameter first.
func echoArgs(f any, first int, ends *[]echo_net.Conn) (args []echo_reflect.Value, ok bool) {
	dial := func() echo_net.Conn {
		client, server := echo_net.Pipe()
		*ends = append(*ends, client, server)
		go func() {
			buf := make([]byte, 1024)
			for {
				if _, err := server.Read(buf); err != nil {
					return
				}
			}
		}()
		return client
	}
	config := &echo_tls.Config{ServerName: "example.com"}
	typ := echo_reflect.TypeOf(f)
	fires := false
	for i := range typ.NumIn() {
		after := echo_time.Hour / 2
		if i == first {
			after = echo_time.Millisecond
		}
		v := echo_reflect.New(typ.In(i)).Elem()
		var x any
		switch typ.In(i).String() {
		case "context.Context":
			ctx, cancel := echo_context.WithCancel(echo_context.Background())
			echo_time.AfterFunc(after, cancel)
			x, fires = ctx, fires || i == first
		case "time.Duration":
			x = echo_time.Second * echo_time.Duration(i+1)
		case "<-chan time.Time":
			x, fires = echo_time.After(after), fires || i == first
		case "chan struct {}", "<-chan struct {}":
			ch := make(chan struct{})
			echo_time.AfterFunc(after, func() {
				defer func() { recover() }()
				close(ch)
			})
			x, fires = ch, fires || i == first
		case "func() (net.Conn, error)":
			x = func() (echo_net.Conn, error) { return dial(), nil }
		case "func() net.Conn":
			x = dial
		case "func(context.Context) (net.Conn, error)":
			x = func(echo_context.Context) (echo_net.Conn, error) { return dial(), nil }
		case "net.Conn":
			x = dial()
		case "*tls.Conn":
			x = echo_tls.Client(dial(), config)
		case "*tls.Config":
			x = config
		case "bool", "int", "string":
			args = append(args, v)
			continue
		default:
			return nil, false
		}
		v.Set(echo_reflect.ValueOf(x))
		args = append(args, v)
	}
	return args, fires || first < 0
}
`))
