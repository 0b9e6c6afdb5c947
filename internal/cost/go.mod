module github.com/tlstimeoutlint/tlstimeoutlint/internal/cost

go 1.26.0

tool (
	github.com/tlstimeoutlint/tlstimeoutlint/cmd/tlstimeoutlint
	honnef.co/go/tools/cmd/staticcheck
)

require (
	github.com/sonatard/noctx v0.5.1
	github.com/timakin/bodyclose v0.0.0-20260723120731-857993a2939c
	golang.org/x/tools v0.52.0
)

require (
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	github.com/creachadair/jrpc2 v1.3.6 // indirect
	github.com/creachadair/mds v0.31.0 // indirect
	github.com/gostaticanalysis/analysisutil v0.7.1 // indirect
	github.com/gostaticanalysis/comment v1.5.0 // indirect
	github.com/tlstimeoutlint/tlstimeoutlint v0.0.0-00010101000000-000000000000 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/tools/go/packages/packagestest v0.1.1-deprecated // indirect
	honnef.co/go/tools v0.8.2 // indirect
)

replace github.com/tlstimeoutlint/tlstimeoutlint => ../..
