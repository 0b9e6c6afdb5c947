module example.com/stacks/custom

go 1.26.0
