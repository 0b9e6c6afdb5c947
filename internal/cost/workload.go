package main

// A workload is a module to run the linters on.
type workload struct {
	name   string
	module string
	cache  cache
	vet    bool // as vet tools, else by themselves
	others bool // with the other linters, else with the one that does nothing alone
}

// A cache is a state of the build cache before each run.
type cache int

const (
	warm   cache = iota // an earlier run has filled it
	unseen              // the same, but not with the results of this vet tool
	cold                // empty
)

func (c cache) String() string {
	return [...]string{"build cache warm", "build cache warm, but nothing vetted", "build cache cold"}[c]
}

const (
	tools     = "golang.org/x/tools@v0.52.0"
	grpc      = "google.golang.org/grpc@v1.85.0"
	caddy     = "github.com/caddyserver/caddy/v2@v2.10.2"
	tailscale = "tailscale.com@v1.98.0"
)

var workloads = []workload{
	{name: "tools", module: tools, others: true},
	{name: "grpc", module: grpc, others: true},
	{name: "tools-cold", module: tools, cache: cold},
	{name: "grpc-cold", module: grpc, cache: cold},
	{name: "tools-vet-unseen", module: tools, cache: unseen, vet: true},
	{name: "tools-vet-cold", module: tools, cache: cold, vet: true},
	{name: "grpc-vet-unseen", module: grpc, cache: unseen, vet: true},
	{name: "grpc-vet-cold", module: grpc, cache: cold, vet: true},
	{name: "caddy", module: caddy, others: true},
	{name: "caddy-cold", module: caddy, cache: cold, others: true},
	{name: "tailscale", module: tailscale, others: true},
	{name: "tailscale-cold", module: tailscale, cache: cold},
}

// A linter is a command to measure.
type linter struct {
	name string
	args []string // without the packages; the first names a program
	base bool     // that the others are compared to
}

// linters returns the commands to measure.
func (w workload) linters() []linter {
	const (
		self    = "tlstimeoutlint"
		nothing = "nothing"
	)
	switch {
	case w.vet:
		return []linter{
			{name: "go vet -vettool=" + self, args: []string{"go", "vet", "-vettool=" + self}},
			{name: "go vet -vettool=" + nothing, args: []string{"go", "vet", "-vettool=" + nothing}, base: true},
		}
	case !w.others:
		return []linter{
			{name: self, args: []string{self}},
			{name: nothing, args: []string{nothing}, base: true},
		}
	}
	return []linter{
		{name: self, args: []string{self}},
		{name: nothing, args: []string{nothing}, base: true},
		{name: "noctx", args: []string{"noctx"}},
		{name: "bodyclose", args: []string{"bodyclose"}},
		{name: "staticcheck", args: []string{"staticcheck"}},
		{name: "go vet", args: []string{"go", "vet"}},
		{name: "go list", args: []string{"go", "list"}},
	}
}
