package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const secret = "a-secret-of-the-tests"

func load(t *testing.T, file string, variables map[string]string, args ...string) (*Config, error) {
	t.Helper()
	if file != "" {
		path := filepath.Join(t.TempDir(), "agent.yaml")
		write(t, path, file)
		args = append(args, "--config", path)
	}
	flags, err := ParseFlags(args)
	if err != nil {
		return nil, err
	}
	return Load(flags, envOf(variables))
}

func envOf(variables map[string]string) *Env {
	return &Env{Lookup: func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	}}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRedisAloneIsEnough(t *testing.T) {
	cfg, err := load(t, "", nil, "--redis", "redis://localhost:6379")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Service != "host" || cfg.Interval != 10_000 || !cfg.Host || cfg.Hostname == "" || cfg.Prefix != "gravito:quasar:" {
		t.Errorf("wrong defaults: %+v", cfg)
	}
}

func TestFirstOfFlagVariableFileAndDefaultCounts(t *testing.T) {
	file := "redis: redis://file\nservice: file\nenvironment: file\ninterval: 2000\n"
	cfg, err := load(t, file, map[string]string{"QUASAR_SERVICE": "variable", "QUASAR_ENVIRONMENT": "variable", "REDIS_URL": "redis://general"},
		"--environment", "flag")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Environment != "flag" || cfg.Service != "variable" || cfg.Interval != 2000 || cfg.Redis != "redis://file" {
		t.Errorf("wrong order: %s %s %d %s", cfg.Environment, cfg.Service, cfg.Interval, cfg.Redis)
	}
}

func TestRefusalsNameTheSetting(t *testing.T) {
	for name, one := range map[string]struct{ file, want string }{
		"unknown key":          {"redis: redis://x\nproceses: []\n", "agent.yaml:2:1 proceses is no setting; did you mean processes?"},
		"unknown inner key":    {"redis: redis://x\nprocesses:\n  - service: a\n    nmae: b\n", "4:5 processes[0].nmae is no setting; did you mean processes[0].name?"},
		"far from all":         {"redis: redis://x\nzzzzzz: 1\n", "zzzzzz is no setting; known are disks, environment,"},
		"twice":                {"redis: redis://x\nhost: true\nhost: false\n", "host is given twice"},
		"wrong kind":           {"redis: redis://x\ninterval: soon\n", "2:11 interval takes a whole number"},
		"wrong list":           {"redis: redis://x\nprocesses: php\n", "processes takes a list"},
		"too short":            {"redis: redis://x\ninterval: 10\n", "interval takes a number of ms from 100 to 3600000"},
		"no condition":         {"redis: redis://x\nprocesses:\n  - service: a\n", "processes[0] (a) needs one of name, command, pidFile"},
		"bad expression":       {"redis: redis://x\nprocesses:\n  - service: a\n    command: '('\n", "processes[0].command takes a regular expression"},
		"unset variable":       {"redis: ${NOT_SET}\n", "redis: the variable NOT_SET is not set"},
		"no redis":             {"service: a\n", "redis is missing"},
		"no URL":               {"redis: http://x\n", "redis takes a URL that begins with redis://"},
		"open ingest":          {"redis: redis://x\ningest: 0.0.0.0:4281\n", "ingest takes a loopback address or a Unix socket"},
		"ingest without port":  {"redis: redis://x\ningest: localhost\n", "ingest takes an address with a port"},
		"short token":          {"redis: redis://x\ntoken: short\n", "token takes 16 to 256 ASCII characters"},
		"prefix without colon": {"redis: redis://x\nprefix: a\n", "prefix takes a text"},
		"no YAML":              {"redis: [\n", "is no valid YAML"},
		"an alias":             {"redis: redis://x\nservice: &a b\nhostname: *a\n", "aliases"},
		"another driver":       {"redis: redis://x\nqueues:\n  - diver: bullmq\n", "queues[0].diver is no setting; did you mean queues[0].driver?"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, one.file, nil)
			if err == nil || !strings.Contains(err.Error(), one.want) {
				t.Errorf("got %v, want %s", err, one.want)
			}
		})
	}
}

func TestErrorsRepeatNoSecret(t *testing.T) {
	for _, file := range []string{
		"redis: 'redis://:" + secret + "@[::'\n",
		"redis: redis://x\ntoken: [" + secret[:10] + "]\n",
		"redis: redis://x\ninterval: " + secret + "\n",
		"redis: redis://x\nhost: " + secret + "\n",
	} {
		_, err := load(t, file, nil)
		if err == nil || strings.Contains(err.Error(), secret[:10]) {
			t.Errorf("%s: got %v", file, err)
		}
	}
}

func TestVariablesAndTheirFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	write(t, path, secret+"\n")
	cfg, err := load(t, "redis: redis://:${PW}@x\nservice: ${S:-fallback}\nhostname: $${x}\ndisks: ${D}\n",
		map[string]string{"PW_FILE": path, "D": "/,/data", "QUASAR_TOKEN_FILE": path})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Redis != "redis://:"+secret+"@x" || cfg.Service != "fallback" || cfg.Hostname != "${x}" || len(cfg.Disks) != 2 || cfg.Token[0] != secret {
		t.Errorf("not expanded: %+v", cfg)
	}
	_, err = load(t, "", map[string]string{"QUASAR_REDIS_URL": "redis://x", "QUASAR_REDIS_URL_FILE": path})
	if err == nil || !strings.Contains(err.Error(), "QUASAR_REDIS_URL and QUASAR_REDIS_URL_FILE are both set") {
		t.Errorf("got %v", err)
	}
}

func TestPrintMasksSecretsAndTellsSources(t *testing.T) {
	cfg, err := load(t, "redis: redis://user:"+secret+"@h:1/0\ntoken: "+secret+"\nmeta: {apiToken: "+secret+", rack: b}\nqueues:\n"+
		"  - driver: laravel\n    failedJobs: mysql://root:"+secret+"@db/x?password="+secret+"\n", nil, "--service", "edge")
	if err != nil {
		t.Fatal(err)
	}
	text := cfg.Print()
	if strings.Contains(text, secret) {
		t.Errorf("the secret is in\n%s", text)
	}
	for _, part := range []string{"redis://user:***@h:1/0", "token: ***", "rack=b", "service: edge  (--service)", "agent.yaml:1", "interval: 10000  (default)"} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is missing in\n%s", part, text)
		}
	}
}

func TestMaskURL(t *testing.T) {
	for text, want := range map[string]string{
		"redis://h:1":                    "redis://h:1",
		"redis://:p@h:1/2":               "redis://:***@h:1/2",
		"rediss://u:p%40x@h":             "rediss://u:***@h",
		"redis://u:p/q@h":                "redis://***@h",
		"user:p@tcp(h:3306)/db":          "user:***@tcp(h:3306)/db",
		"postgres://h/db?password=p&a=b": "postgres://h/db?password=***&a=b",
	} {
		if got := MaskURL(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestFlagsNameTheNearest(t *testing.T) {
	for _, one := range [][2]string{{"--serivce", "did you mean --service?"}, {"--chekc", "did you mean --check?"}, {"start", "start is no command"}, {"--redis", "--redis takes a value"}} {
		if _, err := ParseFlags([]string{one[0]}); err == nil || !strings.Contains(err.Error(), one[1]) {
			t.Errorf("%s: got %v", one[0], err)
		}
	}
}
