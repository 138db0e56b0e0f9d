"""What to do with what people declare: typed functions without Pulumi and without sockets."""
