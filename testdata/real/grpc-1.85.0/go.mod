module example.com/real/grpc-1.85.0

go 1.26.0

require google.golang.org/grpc v1.85.0

require google.golang.org/protobuf v1.36.12 // indirect
