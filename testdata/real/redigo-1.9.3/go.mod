module example.com/real/redigo-1.9.3

go 1.26.0

require github.com/gomodule/redigo v1.9.3
