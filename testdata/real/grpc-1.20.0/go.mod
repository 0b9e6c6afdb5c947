module example.com/real/grpc-1.20.0

go 1.26.0

require google.golang.org/grpc v1.20.0

require github.com/golang/protobuf v1.2.0 // indirect
