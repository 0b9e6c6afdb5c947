// Package deps keeps the checked package among the requirements of this module.
package deps

import _ "github.com/gomodule/redigo/redis"
