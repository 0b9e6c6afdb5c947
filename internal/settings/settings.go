// Package settings reads the linter's settings from the configuration of a tool
// that hosts it.
package settings

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

// Decode returns the settings of a configuration, as [json.Unmarshal] has it. Its
// errors name the setting and say what it should look like, for they are told to
// users as they are.
func Decode(conf any) (analyzer.Settings, error) {
	var settings analyzer.Settings
	if conf == nil {
		return settings, nil // none are given
	}
	given, ok := conf.(map[string]any)
	if !ok {
		return settings, fmt.Errorf("settings should be a mapping of names to values, but are %s", text(conf))
	}
	known := fields(&settings)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		field, ok := known[name]
		if !ok {
			names := strings.Join(slices.Sorted(maps.Keys(known)), ", ")
			return settings, fmt.Errorf("unknown setting %q; the settings are %s", name, names)
		}
		// A value that is left out in the configuration is nil, which
		// Unmarshal takes for any type.
		value := given[name]
		if value == nil || json.Unmarshal([]byte(text(value)), field.Addr().Interface()) != nil {
			return settings, fmt.Errorf("setting %q should be %s, but is %s", name, form(field.Type()), text(value))
		}
	}
	return settings, nil
}

// Known reports whether there is a setting of this name.
func Known(name string) bool {
	_, ok := fields(new(analyzer.Settings))[name]
	return ok
}

// fields returns the fields of the settings by the names that they have in a
// configuration.
func fields(settings *analyzer.Settings) map[string]reflect.Value {
	v := reflect.ValueOf(settings).Elem()
	fields := make(map[string]reflect.Value)
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = v.Field(i)
		}
	}
	return fields
}

// form says what a value of the type looks like in a configuration.
func form(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "a list, each " + form(t.Elem())
	default:
		return "a " + t.String()
	}
}

// text returns the value as JSON.
func text(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%#v", value)
	}
	return string(data)
}
