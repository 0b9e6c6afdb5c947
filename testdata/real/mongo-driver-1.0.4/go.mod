module example.com/real/mongo-driver-1.0.4

go 1.26.0

require go.mongodb.org/mongo-driver v1.0.4

require (
	github.com/go-stack/stack v1.8.1 // indirect
	github.com/golang/snappy v1.0.0 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/stretchr/testify v1.12.1 // indirect
	github.com/tidwall/pretty v1.2.2 // indirect
	golang.org/x/sync v0.24.0 // indirect
)
