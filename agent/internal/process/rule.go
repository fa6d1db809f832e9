// Package process finds processes by rules and measures them from outside.
package process

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	defaultMax = 50
	maxMax     = 500
	maxName    = 200
)

var languages = []string{"node", "bun", "deno", "php", "go", "python", "other"}

// Rule selects processes and says under which service they are reported. All its conditions must hold.
type Rule struct {
	Service string `yaml:"service"`
	// Name is a glob pattern for the name of the program: php-fpm*.
	Name string `yaml:"name"`
	// Command is a regular expression for the whole command line.
	Command string `yaml:"command"`
	// PidFile names a file with a process id. The process and its descendants are selected.
	PidFile string `yaml:"pidFile"`
	// Unit is a systemd unit, php8.2-fpm.service, by the control group.
	Unit string `yaml:"unit"`
	// Cgroup is a glob pattern for a control group's path or a part of it between slashes: docker-*.scope.
	Cgroup string `yaml:"cgroup"`
	// Sum reports one node with the sums of all processes, instead of a node for each.
	Sum bool `yaml:"sum"`
	// Children adds all descendants of the selected processes.
	Children bool `yaml:"children"`
	// Max is how many nodes are reported; the oldest processes come first. 0: 50.
	Max int `yaml:"max"`
	// Language and Framework are reported as they are.
	Language    string `yaml:"language"`
	Framework   string `yaml:"framework"`
	Environment string `yaml:"environment"`
	AppVersion  string `yaml:"appVersion"`

	command *regexp.Regexp
}

// Check validates the rule and prepares it. The error begins with the field: `.name takes …`.
func (r *Rule) Check() error {
	if r.Service == "" || utf8.RuneCountInString(r.Service) > maxName {
		return fmt.Errorf(".service takes the name that these processes have on the page, 1 to %d characters", maxName)
	}
	if r.Name == "" && r.Command == "" && r.PidFile == "" && r.Unit == "" && r.Cgroup == "" {
		return fmt.Errorf(" (%s) needs one of name, command, pidFile, unit and cgroup", r.Service)
	}
	for field, pattern := range map[string]string{"name": r.Name, "cgroup": r.Cgroup} {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf(".%s takes a pattern with * and ?, such as php-fpm*", field)
		}
	}
	if r.Command != "" {
		compiled, err := regexp.Compile(r.Command)
		if err != nil {
			return fmt.Errorf(".command takes a regular expression, such as 'gunicorn .*shop'")
		}
		r.command = compiled
	}
	if r.Max == 0 {
		r.Max = defaultMax
	}
	if r.Max < 1 || r.Max > maxMax {
		return fmt.Errorf(".max takes a number from 1 to %d", maxMax)
	}
	if r.Language == "" {
		r.Language = "other"
	}
	for _, language := range languages {
		if r.Language == language {
			return nil
		}
	}
	return fmt.Errorf(".language takes one of %s", strings.Join(languages, ", "))
}

// needsTexts tells whether a process must be read further for the rule: a pid file alone selects by number.
func (r *Rule) needsTexts() bool {
	return r.Name != "" || r.command != nil || r.Unit != "" || r.Cgroup != ""
}

func (r *Rule) matchesTexts(name, commandLine, cgroup string) bool {
	return r.matchesName(name, commandLine) && (r.command == nil || r.command.MatchString(commandLine)) && r.matchesCgroup(cgroup)
}

// matchesName: the kernel cuts names at 15 characters, so the program of the command line counts as well.
func (r *Rule) matchesName(name, commandLine string) bool {
	if r.Name == "" {
		return true
	}
	if ok, _ := path.Match(r.Name, name); ok {
		return true
	}
	program, _, _ := strings.Cut(commandLine, " ")
	ok, _ := path.Match(r.Name, path.Base(program))
	return ok
}

func (r *Rule) matchesCgroup(group string) bool {
	return (r.Unit == "" || hasPart(group, unitName(r.Unit))) && (r.Cgroup == "" || matchesPart(group, r.Cgroup))
}

func unitName(unit string) string {
	for _, kind := range []string{".service", ".scope", ".slice"} {
		if strings.HasSuffix(unit, kind) {
			return unit
		}
	}
	return unit + ".service"
}

func hasPart(group, part string) bool { return strings.Contains(group+"/", "/"+part+"/") }

func matchesPart(group, pattern string) bool {
	if ok, _ := path.Match(pattern, group); ok {
		return true
	}
	for _, part := range strings.Split(group, "/") {
		if ok, _ := path.Match(pattern, part); ok && part != "" {
			return true
		}
	}
	return false
}
