module cli

go 1.23

require github.com/pulumi/pulumi/pkg/v3 v3.142.0
