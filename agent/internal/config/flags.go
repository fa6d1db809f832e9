package config

import (
	"fmt"
	"sort"
	"strings"
)

// Flags of the command line: values by name without the dashes, and the command.
type Flags struct {
	// Command is run, status, check, version or help.
	Command string
	Values  map[string]string
	JSON    bool
	// Alive: `status` succeeds if the agent answers, whether or not it writes reports.
	Alive bool
}

// flagHelp has what each flag with a value takes.
var flagHelp = map[string]string{
	"config":      "FILE         YAML file with all settings",
	"redis":       "URL          the Redis that Zenith reads, redis://user:password@host:6379/0",
	"prefix":      "TEXT         prefix of the keys (gravito:quasar:)",
	"token":       "TEXT         signs records; better in QUASAR_TOKEN, which ps doesn't show",
	"service":     "NAME         name of the host's heartbeat (host)",
	"environment": "NAME         production, staging …",
	"hostname":    "NAME         name of this host (that of the system)",
	"interval":    "MS           time between two reports (10000)",
	"host":        "true|false   whether the host is reported (true)",
	"disks":       "PATHS        mount points, with commas (all real file systems)",
	"proc":        "PATH         the host's /proc in a container (HOST_PROC)",
	"sys":         "PATH         the host's /sys in a container (HOST_SYS)",
	"etc":         "PATH         the host's /etc in a container (HOST_ETC)",
	"root":        "PATH         the host's / in a container (HOST_ROOT)",
	"ingest":      "ADDRESS      where apps hand over records: 127.0.0.1:4281 or unix:/path",
	"socket":      "PATH         Unix socket for `quasar-agent status` (" + DefaultSocket + ", else " + socketWithoutFile + ")",
}

// ParseFlags reads the command line without the program's name.
func ParseFlags(args []string) (*Flags, error) {
	flags := &Flags{Command: "run", Values: map[string]string{}}
	for at := 0; at < len(args); at++ {
		name, value, hasValue := strings.Cut(args[at], "=")
		switch {
		case !strings.HasPrefix(name, "-"):
			if args[at] != "run" && args[at] != "status" {
				return nil, fmt.Errorf("%s is no command; known are run and status", args[at])
			}
			flags.Command = args[at]
			continue
		case name == "--json":
			flags.JSON = true
			continue
		case name == "--alive":
			flags.Alive = true
			continue
		case name == "--check" || name == "--version" || name == "--help" || name == "-h":
			flags.Command = map[string]string{"--check": "check", "--version": "version"}[name]
			if flags.Command == "" {
				flags.Command = "help"
			}
			continue
		}
		name = strings.TrimPrefix(name, "--")
		if _, known := flagHelp[name]; !known {
			return nil, fmt.Errorf("--%s is no option%s", strings.TrimLeft(name, "-"), flagSuggestion(name))
		}
		if !hasValue {
			at++
			if at == len(args) || strings.HasPrefix(args[at], "--") {
				return nil, fmt.Errorf("--%s takes a value", name)
			}
			value = args[at]
		}
		flags.Values[name] = value
	}
	return flags, nil
}

func flagSuggestion(name string) string {
	if near := nearest(strings.TrimLeft(name, "-"), append(flagNames(), "alive", "check", "version", "json", "help")); near != "" {
		return "; did you mean --" + near + "?"
	}
	return "; --help lists them"
}

func flagNames() []string {
	names := make([]string, 0, len(flagHelp))
	for name := range flagHelp {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Usage is the text of --help.
func Usage() string {
	text := &strings.Builder{}
	text.WriteString("Reports a host, its processes and queues to Zenith.\n\n" +
		"  quasar-agent --redis redis://127.0.0.1:6379    report this host\n" +
		"  quasar-agent --config agent.yaml               report what the file lists\n" +
		"  quasar-agent --config agent.yaml --check       print the settings, connect to nothing\n" +
		"  quasar-agent status [--json]                   ask the running agent\n" +
		"  quasar-agent status --alive                    the same; that Redis fails is no error\n" +
		"  quasar-agent --version\n\nOptions, each also in the file, and as QUASAR_REDIS_URL, QUASAR_TOKEN, QUASAR_SERVICE …\n")
	for _, name := range flagNames() {
		fmt.Fprintf(text, "  --%-12s %s\n", name, flagHelp[name])
	}
	return text.String()
}
