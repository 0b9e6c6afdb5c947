module github.com/tlstimeoutlint/tlstimeoutlint

go 1.26.0

require (
	github.com/creachadair/jrpc2 v1.3.6
	github.com/golangci/plugin-module-register v0.1.2
	golang.org/x/tools v0.52.0
	honnef.co/go/tools v0.8.2
)

require (
	github.com/creachadair/mds v0.31.0 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)
