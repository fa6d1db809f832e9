package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

const maxFile = 1 << 20

// Problems are all the reasons why a configuration is refused.
type Problems []string

func (p Problems) Error() string {
	if len(p) == 1 {
		return p[0]
	}
	return fmt.Sprintf("%d problems:\n  %s", len(p), strings.Join(p, "\n  "))
}

// Load resolves the settings. Each comes from the first of these that has it: flag, variable, file, default.
func Load(flags *Flags, env *Env) (*Config, error) {
	config := defaults()
	path := flags.Values["config"]
	if path == "" {
		path, _ = env.Lookup("QUASAR_CONFIG")
	}
	problems := Problems{}
	if path != "" {
		problems = append(problems, config.readFile(path, env)...)
	}
	problems = append(problems, config.readVariables(env)...)
	problems = append(problems, config.readFlags(flags)...)
	if len(problems) == 0 {
		problems = append(problems, config.check()...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	config.fill(env)
	return config, nil
}

func (c *Config) readFile(path string, env *Env) Problems {
	c.File = path
	file, err := os.Open(path)
	if err != nil {
		return Problems{fmt.Sprintf("%s can't be read: %v", path, reason(err))}
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return Problems{fmt.Sprintf("%s can't be read: %v", path, reason(err))}
	}
	if len(data) > maxFile {
		return Problems{path + " has more than 1 MB"}
	}
	return c.parse(path, data, env)
}

func (c *Config) parse(path string, data []byte, env *Env) Problems {
	var document yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&document)
	if errors.Is(err, io.EOF) || (err == nil && len(document.Content) == 0) {
		return nil
	}
	if err != nil {
		return Problems{path + " is no valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	read := decoder{file: path, env: env}
	if hasAlias(root) {
		return Problems{path + " has aliases (*name), which are not supported"}
	}
	read.value("", root, reflect.ValueOf(c).Elem())
	for at := 0; at+1 < len(root.Content); at += 2 {
		c.sources[root.Content[at].Value] = fmt.Sprintf("%s:%d", path, root.Content[at].Line)
	}
	return read.problems
}

// hasAlias: a few aliases of aliases take up all memory.
func hasAlias(node *yaml.Node) bool {
	if node.Kind == yaml.AliasNode {
		return true
	}
	for _, child := range node.Content {
		if hasAlias(child) {
			return true
		}
	}
	return false
}

// variables by key; of two, the first that is set counts.
var variables = map[string][]string{
	"redis":       {"QUASAR_REDIS_URL", "REDIS_URL"},
	"prefix":      {"QUASAR_PREFIX"},
	"token":       {"QUASAR_TOKEN"},
	"service":     {"QUASAR_SERVICE"},
	"environment": {"QUASAR_ENVIRONMENT"},
	"hostname":    {"QUASAR_HOSTNAME"},
	"interval":    {"QUASAR_INTERVAL"},
	"host":        {"QUASAR_HOST"},
	"disks":       {"QUASAR_DISKS"},
	"proc":        {"QUASAR_PROC", "HOST_PROC"},
	"sys":         {"QUASAR_SYS", "HOST_SYS"},
	"etc":         {"QUASAR_ETC", "HOST_ETC"},
	"root":        {"QUASAR_ROOT", "HOST_ROOT"},
	"ingest":      {"QUASAR_INGEST"},
	"socket":      {"QUASAR_SOCKET"},
}

func (c *Config) readVariables(env *Env) Problems {
	problems := Problems{}
	fields := fieldsOf(reflect.ValueOf(c).Elem())
	for key, names := range variables {
		for _, name := range names {
			text, ok, err := env.Get(name)
			if err != nil {
				problems = append(problems, err.Error())
			}
			if ok && !(isGeneral(name) && c.sources[key] != "") {
				problems = append(problems, c.set(fields, key, text, name)...)
			}
			if ok || err != nil {
				break
			}
		}
	}
	disabled, ok, err := env.Get("QUASAR_DISABLED")
	if err != nil {
		problems = append(problems, err.Error())
	}
	c.Disabled = ok && disabled != "0" && disabled != "false"
	return problems
}

// isGeneral: a variable that isn't meant for the agent alone doesn't override the agent's own file.
func isGeneral(name string) bool { return !strings.HasPrefix(name, "QUASAR_") }

func (c *Config) readFlags(flags *Flags) Problems {
	problems := Problems{}
	fields := fieldsOf(reflect.ValueOf(c).Elem())
	for name, text := range flags.Values {
		if _, isSetting := fields[name]; isSetting {
			problems = append(problems, c.set(fields, name, text, "--"+name)...)
		}
	}
	return problems
}

func (c *Config) set(fields map[string]reflect.Value, key, text, source string) Problems {
	c.sources[key] = source
	field := fields[key]
	if field.Kind() == reflect.Slice {
		field.Set(reflect.ValueOf(splitList(text)))
		return nil
	}
	if message := setScalar(field, text); message != "" {
		return Problems{source + " takes " + message}
	}
	return nil
}

func (c *Config) fill(env *Env) {
	if c.Hostname == "" {
		c.Hostname = c.hostname()
	}
	for index := range c.Queues {
		one := &c.Queues[index]
		if one.Service == "" {
			one.Service = c.Service
		}
		if one.Redis == "" && one.Driver != "sqs" {
			one.Redis = c.Redis
		}
	}
	if c.Socket == "" && c.sources["socket"] == "" {
		c.Socket = DefaultSocket
	}
}

// hostname of the host, which in a container is in the host's /etc.
func (c *Config) hostname() string {
	if c.Etc != "" {
		if data, err := os.ReadFile(c.Etc + "/hostname"); err == nil && len(data) <= 256 {
			if name := strings.TrimSpace(string(data)); name != "" {
				return name
			}
		}
	}
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "unknown-host"
	}
	return name
}

// LoadForStatus resolves the settings for the question to a running agent, which takes no Redis.
func LoadForStatus(flags *Flags, env *Env) (*Config, error) {
	values := map[string]string{"redis": "redis://unused"}
	for name, text := range flags.Values {
		values[name] = text
	}
	return Load(&Flags{Command: flags.Command, Values: values}, env)
}
