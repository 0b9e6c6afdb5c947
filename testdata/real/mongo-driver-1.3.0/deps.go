// Package deps keeps the checked package among the requirements of this module.
package deps

import _ "go.mongodb.org/mongo-driver/x/mongo/driver/topology"
