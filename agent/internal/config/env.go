package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

const maxSecretFile = 64 * 1024

// Env reads environment variables, each also from the file that NAME_FILE names.
type Env struct {
	Lookup func(name string) (string, bool)
}

// ProcessEnv reads the variables of this process.
func ProcessEnv() *Env { return &Env{Lookup: os.LookupEnv} }

// Get is the value of a variable or of its file; ok is false if neither is set or the value is empty.
func (e *Env) Get(name string) (value string, ok bool, err error) {
	value, isSet := e.Lookup(name)
	path, hasFile := e.Lookup(name + "_FILE")
	switch {
	case hasFile && path != "" && isSet && value != "":
		return "", false, fmt.Errorf("%s and %s_FILE are both set: only one may be", name, name)
	case hasFile && path != "":
		value, err = readSecret(name, path)
	}
	return value, value != "" && err == nil, err
}

func readSecret(name, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE names a file that can't be read: %w", name, reason(err))
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("%s_FILE names a file that can't be read: %w", name, reason(err))
	}
	if len(data) > maxSecretFile {
		return "", fmt.Errorf("%s_FILE names a file of more than 64 KB", name)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), nil
}

var variable = regexp.MustCompile(`\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}`)

// Expand replaces ${NAME} and ${NAME:-default}; $${ stands for ${.
func (e *Env) Expand(text string) (string, error) {
	var failed error
	expanded := variable.ReplaceAllStringFunc(text, func(match string) string {
		parts := variable.FindStringSubmatch(match)
		if parts[1] != "" {
			return parts[1]
		}
		value, ok, err := e.Get(parts[2])
		switch {
		case err != nil:
			failed = err
		case ok:
			return value
		case !strings.Contains(match, ":-"):
			failed = fmt.Errorf("the variable %s is not set", parts[2])
		}
		return parts[3]
	})
	return expanded, failed
}

// reason leaves out the operation and the path that *os.PathError repeats.
func reason(err error) error {
	var failed *os.PathError
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
