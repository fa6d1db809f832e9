//go:build linux

package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// child starts a process that is recognized by a word of its own in the command line.
func child(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	command := exec.Command("sh", "-c", script)
	command.Stdin, _ = os.Open(os.DevNull)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(command) })
	return command
}

func end(command *exec.Cmd) {
	_ = command.Process.Kill()
	_ = command.Wait()
}

func word(t *testing.T) string {
	return fmt.Sprintf("quasar-%d-%s", os.Getpid(), t.Name())
}

func watch(t *testing.T, rules ...Rule) *Watch {
	t.Helper()
	for index := range rules {
		rules[index].Service = "tested"
		if err := rules[index].Check(); err != nil {
			t.Fatal(err)
		}
	}
	return NewWatch(rules, "", "")
}

func look(t *testing.T, watched *Watch) []Look {
	t.Helper()
	looks, err := watched.Look(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return looks
}

// waitFor looks until the first rule has so many nodes: a new process gets its command line a moment after its start.
func waitFor(t *testing.T, watched *Watch, nodes int) Look {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		// A process that was read before it became the program would be known by its old command line.
		watched.details = map[Key]*details{}
		if found := look(t, watched)[0]; len(found.Nodes) == nodes {
			return found
		}
	}
	t.Fatalf("there never were %d nodes", nodes)
	return Look{}
}

func TestFiguresOfAProcess(t *testing.T) {
	name := word(t)
	one := child(t, "while :; do :; done # "+name)
	watched := watch(t, Rule{Command: name})
	waitFor(t, watched, 1)
	time.Sleep(50 * time.Millisecond)
	found := look(t, watched)[0].Nodes[0]
	if found.PID != one.Process.Pid || found.Name != "sh" || found.Slot != 1 || found.Restarts != 0 || found.Processes != 1 {
		t.Errorf("got %+v", found)
	}
	if found.Cores == nil || *found.RSS <= 0 || *found.Threads != 1 || *found.Descriptors < 3 || *found.DescriptorsLimit <= 0 || found.Uptime < 0 {
		t.Errorf("figures: %+v", found)
	}
}

func TestARestartTakesTheSlotAndIsCounted(t *testing.T) {
	name := word(t)
	first, second := child(t, "sleep 600 # "+name), child(t, "sleep 600 # "+name)
	watched := watch(t, Rule{Command: "^sh .*" + name})
	before := waitFor(t, watched, 2)
	slots := map[int]int{}
	for _, node := range before.Nodes {
		slots[node.PID] = node.Slot
	}
	end(first)
	third := child(t, "sleep 600 # "+name)
	after := waitFor(t, watched, 2)
	for _, node := range after.Nodes {
		switch node.PID {
		case second.Process.Pid:
			if node.Slot != slots[node.PID] || node.Restarts != 0 {
				t.Errorf("the other process: %+v", node)
			}
		case third.Process.Pid:
			if node.Slot != slots[first.Process.Pid] || node.Restarts != 1 {
				t.Errorf("the new process: %+v", node)
			}
		default:
			t.Errorf("an unknown process: %+v", node)
		}
	}
}

func TestSumsWithDescendants(t *testing.T) {
	name := word(t)
	path := filepath.Join(t.TempDir(), "master.pid")
	master := child(t, "sleep 600 & sleep 600 & wait # "+name)
	if err := os.WriteFile(path, fmt.Appendf(nil, "%d\n", master.Process.Pid), 0o600); err != nil {
		t.Fatal(err)
	}
	watched := watch(t, Rule{PidFile: path, Sum: true})
	var sum Figures
	for sum.Processes != 3 {
		if nodes := look(t, watched)[0].Nodes; len(nodes) == 1 {
			sum = nodes[0]
		}
	}
	if sum.PID != master.Process.Pid || *sum.Threads != 3 || *sum.RSS <= 0 || sum.Slot != 0 {
		t.Errorf("got %+v", sum)
	}
	for _, pid := range familyOf(mustList(t, watched))[master.Process.Pid] {
		process, _ := os.FindProcess(pid)
		defer process.Kill()
	}
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := look(t, watched)[0]; len(found.Nodes) != 0 || !strings.Contains(found.Problem, "has no number") {
		t.Errorf("got %+v", found)
	}
}

func mustList(t *testing.T, watched *Watch) []entry {
	entries, err := watched.table.list(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestMaxKeepsTheOldest(t *testing.T) {
	name := word(t)
	first := child(t, "sleep 600 # "+name)
	watched := watch(t, Rule{Command: "^sh .*" + name, Max: 1})
	waitFor(t, watched, 1)
	child(t, "sleep 600 # "+name)
	for {
		if found := look(t, watched)[0]; found.LeftOut == 1 {
			if found.Nodes[0].PID != first.Process.Pid {
				t.Errorf("got %+v", found.Nodes)
			}
			return
		}
		watched.details = map[Key]*details{}
	}
}

// fakeProc has one process in the unit php8.2-fpm.service, of another user, whose descriptors can't be read.
func fakeProc(t *testing.T, cgroup string) string {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{
		"uptime":       "1000.00 1.00\n",
		"4711/stat":    "4711 (php-fpm: (pool)) S 1 1 1 0 -1 0 0 0 0 0 200 100 0 0 20 0 5 0 90000 1 250 0\n",
		"4711/cmdline": "php-fpm: pool www\x00",
		"4711/cgroup":  cgroup,
		"4712/stat":    "4712 (gone) Z 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 90000 1 0 0\n",
		"4713/stat":    "garbage",
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		_ = os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestUnitsAndControlGroups(t *testing.T) {
	v2 := "0::/system.slice/php8.2-fpm.service\n"
	v1 := "5:memory:/other\n1:name=systemd:/system.slice/php8.2-fpm.service\n"
	for _, one := range []struct {
		cgroup string
		rule   Rule
		nodes  int
	}{
		{v2, Rule{Unit: "php8.2-fpm.service"}, 1},
		{v1, Rule{Unit: "php8.2-fpm"}, 1},
		{v2, Rule{Unit: "php8.3-fpm"}, 0},
		{v2, Rule{Cgroup: "php*"}, 1},
		{v2, Rule{Cgroup: "/system.slice/*"}, 1},
		{"0::/docker-abc.scope\n", Rule{Cgroup: "docker-*.scope"}, 1},
		{v2, Rule{Name: "php-fpm*", Command: "pool www$"}, 1},
		{v2, Rule{Name: "php-fpm*", Command: "pool api$"}, 0},
	} {
		rules := []Rule{one.rule}
		rules[0].Service = "shop"
		if err := rules[0].Check(); err != nil {
			t.Fatal(err)
		}
		looks := look(t, NewWatch(rules, fakeProc(t, one.cgroup), ""))
		if len(looks[0].Nodes) != one.nodes {
			t.Errorf("%+v: %d nodes", one.rule, len(looks[0].Nodes))
			continue
		}
		if one.nodes == 1 {
			node := looks[0].Nodes[0]
			if node.Uptime != 100 || *node.Threads != 5 || *node.RSS != 250*pageSize || node.Descriptors != nil || node.Cores != nil {
				t.Errorf("figures: %+v", node)
			}
		}
	}
}
