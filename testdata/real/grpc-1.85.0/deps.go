// Package deps keeps the checked package among the requirements of this module.
package deps

import _ "google.golang.org/grpc/credentials"
